"""A client generated from the live document does what clients do, from first key to import."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.backbone import open_backbone
from tests.contract.generated import Client, generate
from tests.contract.live import PRODUCT
from tests.databases import BOOTSTRAP_TOKEN, SqliteShelf, environment_for, settings_for
from tests.server.gunicorn_process import gunicorn
from workers.kinds import kinds_of
from workers.runner import Runner
from workers.stop import Stop

SPACE = "main"
TITLED = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}


@pytest.fixture(scope="module")
def database_url(sqlite_shelf: SqliteShelf, directory: Path) -> Iterator[str]:
    with sqlite_shelf.copy(directory) as url:
        yield url


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@pytest.fixture(scope="module")
def url(database_url: str, directory: Path) -> Iterator[str]:
    """Of a service that nobody has used yet."""
    with gunicorn(directory, PRODUCT, **environment_for(database_url, directory)) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def words(url: str, directory: Path) -> str:
    """What the generator had to say. Its package can be imported from now on."""
    return generate(url, directory)


@pytest.fixture(scope="module")
def first(url: str, words: str, directory: Path) -> Iterator[Any]:
    """The answer to the bootstrap."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(directory)
        newcomer = Client(url, BOOTSTRAP_TOKEN)
        body = newcomer.model("BootstrapIn", email="ada@example.org", name="Ada")
        yield newcomer.call("bootstrap.bootstrap", body=body)


@pytest.fixture(scope="module")
def client(url: str, first: Any) -> Client:
    return Client(url, first.parsed.api_key.key)


@pytest.fixture(scope="module")
def todos(client: Client) -> tuple[str, str]:
    """A collection: the ids that lead to its records."""
    body = client.model("CollectionPut", schema=TITLED)
    made = client.call("collections.put_collection", SPACE, "todos", body=body, if_none_match="*")
    assert made.parsed.schema.to_dict() == TITLED
    return SPACE, "todos"


@pytest.fixture
def work(database_url: str, directory: Path) -> Iterator[Callable[[str], None]]:
    """A worker that runs the one job it is told of."""
    backbone = open_backbone(settings_for(database_url, directory))
    yield Runner(backbone.leases, kinds_of(backbone), Stop(), "worker").run
    backbone.close()


def test_is_generated_without_a_warning(words: str) -> None:
    assert "warning" not in words.lower()
    assert "error" not in words.lower()


def test_gets_the_first_key(first: Any) -> None:
    assert first.status_code == 201
    assert first.parsed.user.email == "ada@example.org"
    assert first.parsed.api_key.key.startswith("syn_sk_")


def test_keeps_a_record(client: Client, todos: tuple[str, str]) -> None:
    body = client.model("RecordNew", data={"title": "Milk"})
    created = client.call("records.create_record", *todos, body=body)
    assert created.status_code == 201
    ids = (*todos, created.parsed.id)

    read = client.call("records.get_record", *ids)
    assert read.parsed == created.parsed
    tag = read.headers["ETag"]
    assert client.call("records.get_record", *ids, if_none_match=tag).status_code == 304

    body = client.model("RecordPut", data={"title": "Oat milk"})
    replaced = client.call("records.put_record", *ids, body=body, if_match=tag)
    assert (replaced.status_code, replaced.parsed.version) == (200, 2)

    stale = client.call("records.put_record", *ids, body=body, if_match=tag)
    assert (stale.status_code, stale.parsed.code) == (412, "precondition_failed")
    assert stale.parsed["current"]["version"] == 2

    body = client.model("RecordPatch", data={"done": True})
    patched = client.call("records.patch_record", *ids, body=body, if_match="*")
    assert patched.parsed.data.to_dict() == {"title": "Oat milk", "done": True}

    assert client.call("records.delete_record", *ids, if_match="*").status_code == 204
    gone = client.call("records.get_record", *ids)
    assert (gone.status_code, gone.parsed.code) == (404, "record_not_found")


def test_lists_what_it_has_made(client: Client, todos: tuple[str, str]) -> None:
    for id_ in ("list-1", "list-2", "list-3"):
        body = client.model("RecordPut", data={"title": id_})
        client.call("records.put_record", *todos, id_, body=body, if_none_match="*")

    wanted = client.model("ListRecordsFilter", **{"filter[id][prefix]": "list-"})
    page = client.call("lists.list_records", *todos, limit=2, filter_=wanted).parsed
    rest = client.call(
        "lists.list_records", *todos, limit=2, filter_=wanted, cursor=page.next_cursor
    ).parsed
    assert [each.id for each in page.data + rest.data] == ["list-1", "list-2", "list-3"]
    assert rest.next_cursor is None


def test_is_told_what_is_wrong_and_where(client: Client, todos: tuple[str, str]) -> None:
    body = client.model("RecordNew", data={"title": 7})
    refused = client.call("records.create_record", *todos, body=body)
    assert (refused.status_code, refused.parsed.code) == (422, "invalid_record")
    assert refused.parsed.errors[0].pointer == "#/data/title"


def test_pulls_what_another_has_pushed(client: Client, todos: tuple[str, str]) -> None:
    start = client.call("sync.pull_changes", SPACE, collections=todos[1]).parsed
    mutation = {
        "mutation_id": "m-1",
        "op": "put",
        "collection": todos[1],
        "id": "eggs",
        "base_version": None,
        "data": {"title": "Eggs"},
    }
    body = client.model("PushIn", client_id="phone", epoch=start.epoch, mutations=[mutation])

    pushed = client.call("sync.push_changes", SPACE, body=body).parsed
    again = client.call("sync.push_changes", SPACE, body=body).parsed
    assert [each.status.value for each in pushed.results + again.results] == [
        "applied",
        "duplicate",
    ]

    page = client.call("sync.pull_changes", SPACE, collections=todos[1], cursor=start.cursor).parsed
    assert [(change.op.value, change.record.id) for change in page.changes] == [("put", "eggs")]
    assert page.more is False


def test_imports_a_file_and_follows_the_job(
    client: Client, todos: tuple[str, str], work: Callable[[str], None]
) -> None:
    body = client.file(b"id,title\na,Apples\nb,Bread\n")
    accepted = client.call("imports.create_import", SPACE, body=body, collection=todos[1], key="id")
    assert accepted.status_code == 202
    job = accepted.headers["Location"].removeprefix("/v1/jobs/")
    assert client.call("jobs.get_job", job).parsed.state.value == "queued"

    work(job)
    ended = client.call("jobs.get_job", job, wait=20).parsed
    assert (ended.state.value, ended.outcome.value) == ("succeeded", "complete")
    assert client.call("records.get_record", *todos, "b").parsed.data["title"] == "Bread"

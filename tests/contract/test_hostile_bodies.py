"""What should not be sent is refused by every route alike, in words that help; nothing changes."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.backbone import Backbone, open_backbone
from service.tables import metadata
from tests.api import Api
from tests.databases import BOOTSTRAP_TOKEN, settings_for
from tests.document import Document, Json, Operation, examples_of

BODY_BYTES_MAX = 64 * 1024
LIMITS = {"JSON_BODY_BYTES_MAX": str(BODY_BYTES_MAX), "PUSH_BYTES_MAX": str(BODY_BYTES_MAX)}
JSON = "application/json"
CHANGING_BY_ITSELF = {"api_keys": {"last_used_at"}}


class Unread(BytesIO):
    """A body that nobody may look at."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = readinto = read  # type: ignore[assignment]


@dataclass(frozen=True)
class Attack:
    """A request's body, and how it has to be refused; ``codes`` are those that it may be told."""

    name: str
    status: int
    codes: set[str]
    data: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)

    def options(self) -> Json:
        """As the test client takes it."""
        return {"data": self.data, "headers": {"Content-Type": JSON, **self.headers}}


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * depth + b"]" * depth + b"}"


def coded(data: bytes) -> dict[str, Any]:
    return {"data": data, "headers": {"Content-Encoding": "gzip"}}


def typed(media_type: str) -> dict[str, Any]:
    return {"headers": {"Content-Type": media_type}}


MEDIA = {"unsupported_media_type"}
SYNTAX = {"malformed_json"}
DEEP = {"json_too_deep"}
# A push is read by parts: it may say of a value only that its place is not there.
VALUE = {"unsafe_value", "invalid"}
GZIP = {"malformed_gzip"}
LARGE = {"too_large", "push_too_large"}
ATTACKS = [
    Attack("a form", 415, MEDIA, b"name=x", **typed("application/x-www-form-urlencoded")),
    Attack("plain text", 415, MEDIA, **typed("text/plain")),
    Attack("another JSON", 415, MEDIA, **typed("application/vnd.api+json")),
    Attack("another charset", 415, MEDIA, **typed("application/json; charset=latin-1")),
    Attack("no type", 415, MEDIA, **typed("")),
    Attack("another coding", 415, {"unsupported_coding"}, headers={"Content-Encoding": "br"}),
    Attack("nothing", 400, SYNTAX, b""),
    Attack("half of it", 400, SYNTAX, b'{"name": '),
    Attack("more than it", 400, SYNTAX, b"{} {}"),
    Attack("a trailing comma", 400, SYNTAX, b'{"name": "x",}'),
    Attack("a comment", 400, SYNTAX, b'{"name": "x" /* y */}'),
    Attack("broken UTF-8", 400, SYNTAX, b'{"name": "\xff"}'),
    Attack("UTF-16", 400, SYNTAX, '{"name": "x"}'.encode("utf-16")),
    Attack("a byte order mark", 400, SYNTAX, b'\xef\xbb\xbf{"name": "x"}'),
    Attack("not a number", 400, SYNTAX, b'{"name": NaN}'),
    Attack("infinity", 400, SYNTAX, b'{"name": -Infinity}'),
    Attack("a number beyond all", 400, SYNTAX, b'{"name": 1e400}'),
    Attack("a key twice", 400, {"duplicate_key"}, b'{"name": 1, "name": 2}'),
    Attack("a key twice, escaped", 400, {"duplicate_key"}, rb'{"name": 1, "n\u0061me": 2}'),
    Attack("nested too deeply", 400, DEEP, nested(65)),
    Attack("nested without end", 400, DEEP, nested(30_000)),
    Attack("only opened", 400, DEEP | SYNTAX, b"[" * 60_000),
    Attack("U+0000", 422, VALUE, rb'{"name": "\u0000"}'),
    Attack("U+0000 in a key", 422, VALUE, rb'{"a\u0000": 1}'),
    Attack("half a pair", 422, VALUE, rb'{"name": "\ud800"}'),
    Attack("halves in the wrong order", 422, VALUE, rb'{"name": "\udc00\ud800"}'),
    Attack("a huge integer", 422, VALUE, b'{"name": 9007199254740992}'),
    Attack("a vast integer", 400, SYNTAX, b'{"name": ' + b"9" * 40_000 + b"}"),
    Attack("a list", 422, {"invalid"}, b"[]"),
    Attack("a text", 422, {"invalid"}, b'"name"'),
    Attack("null", 422, {"invalid"}, b"null"),
    Attack("a gzip bomb", 413, LARGE, **coded(gzip.compress(bytes(50 * BODY_BYTES_MAX)))),
    Attack("broken gzip", 400, GZIP, **coded(gzip.compress(b"{}")[:-9])),
    Attack("no gzip", 400, GZIP, **coded(b"{}")),
    Attack("two gzips", 400, GZIP, **coded(2 * gzip.compress(b"{}"))),
    Attack("too much", 413, LARGE, b" " * (BODY_BYTES_MAX + 1)),
]


@dataclass
class Site:
    """An installation with one of everything, and one that nobody has used yet."""

    backbone: Backbone
    admin: Api
    newcomer: Api
    ids: dict[str, str]

    def send(self, operation: Operation, query: str = "", **options: Any) -> TestResponse:
        """A request that fits but for ``options``."""
        caller = self.newcomer if operation.name == "bootstrap" else self.admin
        path = operation.path.removeprefix("/v1").format(**self.ids)
        headers = {"If-Match": "*", **options.pop("headers", {})}
        return caller.send(operation.method.upper(), path + query, headers=headers, **options)

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table, but for what changes by itself."""
        with self.backbone.db.reading() as connection:
            return {
                table.name: sorted(
                    map(repr, connection.execute(table.select().with_only_columns(*columns)).all())
                )
                for table in metadata.sorted_tables
                if (columns := steady(table))
            }


def steady(table: Any) -> list[Any]:
    return [
        column
        for column in table.columns
        if column.name not in CHANGING_BY_ITSELF.get(table.name, ())
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    shelf = request.getfixturevalue(f"{request.param}_shelf")
    used, unused = tmp_path_factory.mktemp("used"), tmp_path_factory.mktemp("unused")
    with shelf.copy(used) as url, shelf.copy(unused) as unused_url:
        backbone = open_backbone(settings_for(url, used, **LIMITS))
        fresh = open_backbone(settings_for(unused_url, unused, **LIMITS))
        admin = Api.bootstrapped(create_app(backbone))
        newcomer = Api(create_app(fresh), BOOTSTRAP_TOKEN, "")
        yield Site(backbone, admin, newcomer, one_of_everything(admin))
        fresh.close()
        backbone.close()


def one_of_everything(admin: Api) -> dict[str, str]:
    records = admin.collection("todos")
    admin.put(f"{records}/milk", {"data": {"title": "Milk"}})
    member = admin.member("bob@example.org")
    key = admin.post("/api-keys", {"name": "Spare", "scopes": ["spaces:read"]}).get_json()
    return {
        "space": "main",
        "collection": "todos",
        "record": "milk",
        "user": member.user_id,
        "key": key["id"],
        "job": "job_none",
    }


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    return [each for each in document.operations.values() if each.path.startswith("/v1/")]


@pytest.fixture(scope="module")
def taking_json(operations: list[Operation]) -> list[Operation]:
    return [operation for operation in operations if JSON in operation.bodies]


def wrong(answers: dict[str, TestResponse], status: int, codes: set[str]) -> dict[str, Any]:
    """Those that were not refused so."""
    return {
        name: (answer.status_code, answer.text[:300])
        for name, answer in answers.items()
        if answer.status_code != status or not is_problem(answer, codes)
    }


def is_problem(answer: TestResponse, codes: set[str]) -> bool:
    said = answer.get_json()
    return (
        answer.mimetype == "application/problem+json"
        and said["code"] in codes
        and said["status"] == answer.status_code
        and said["request_id"] == answer.headers["Request-Id"]
        and said["type"].endswith(f"/docs/errors/{said['code']}")
    )


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hostile_body_is_refused_everywhere(
    site: Site, taking_json: list[Operation], attack: Attack
) -> None:
    before = site.contents()
    answers = {each.name: site.send(each, **attack.options()) for each in taking_json}
    assert wrong(answers, attack.status, attack.codes) == {}
    assert site.contents() == before


def test_a_member_that_is_not_known_is_refused_by_name(
    site: Site, taking_json: list[Operation]
) -> None:
    before = site.contents()
    answers = {
        each.name: site.send(each, json=examples_of(each.bodies[JSON])[0] | {"surprise": 1})
        for each in taking_json
    }
    assert wrong(answers, 422, {"invalid"}) == {}
    assert {
        name: errors
        for name, answer in answers.items()
        if "surprise" not in str(errors := answer.get_json()["errors"])
    } == {}
    assert site.contents() == before


@pytest.mark.parametrize("query", ["?surprise=1", "?limit=1&limit=2", "?wait[]=1", "?=1"])
def test_a_parameter_that_is_not_known_or_said_twice_is_refused_everywhere(
    site: Site, operations: list[Operation], query: str
) -> None:
    before = site.contents()
    answers = {each.name: site.send(each, query) for each in operations}
    assert wrong(answers, 422, {"invalid"}) == {}
    assert site.contents() == before


def test_a_body_that_is_announced_as_too_large_is_not_read(
    site: Site, taking_json: list[Operation]
) -> None:
    answers = {
        each.name: site.send(
            each,
            input_stream=Unread(bytes(BODY_BYTES_MAX + 1)),
            content_type=JSON,
        )
        for each in taking_json
    }
    assert wrong(answers, 413, LARGE) == {}
    assert {name for name, answer in answers.items() if not answer.get_json()["limits"]} == set()


def test_a_key_of_nobody_is_refused_everywhere_before_anything_else(
    site: Site, operations: list[Operation]
) -> None:
    nobody = {"Authorization": "Bearer syn_sk_nobody", "Content-Type": "text/plain"}
    answers = {
        each.name: site.send(each, headers=nobody) for each in operations if each.said["security"]
    }
    assert wrong(answers, 401, {"invalid_token"}) == {}
    assert {
        name for name, answer in answers.items() if "WWW-Authenticate" not in answer.headers
    } == set()

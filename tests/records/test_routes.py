"""Records over HTTP, on both databases."""

import pytest
import sqlalchemy as sa

from service.audit.tables import audit_events
from service.backbone import Backbone
from tests.api import Api


@pytest.fixture
def todos(api: Api) -> str:
    """The path of a collection's records."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    return api.collection(schema=schema)


def test_a_record_is_created_read_replaced_and_deleted(api: Api, todos: str) -> None:
    created = api.post(todos, {"data": {"title": "Milk"}})
    assert created.status_code == 201
    path = created.headers["Location"].removeprefix("/v1")
    record = created.get_json()
    assert record["data"] == {"title": "Milk"}
    assert (record["version"], record["realm"], record["collection"]) == (1, "shared", "todos")

    read = api.get(path)
    assert read.get_json() == record
    assert read.headers["ETag"] == created.headers["ETag"]

    replaced = api.put(path, {"data": {"title": "Eggs"}}, match=read.headers["ETag"])
    assert replaced.status_code == 200
    assert replaced.get_json()["version"] == 2
    assert replaced.get_json()["created_at"] == record["created_at"]

    assert api.delete(path, match=replaced.headers["ETag"]).status_code == 204
    gone = api.get(path)
    assert (gone.status_code, gone.get_json()["code"]) == (404, "record_not_found")


def test_put_creates_under_the_clients_id(api: Api, todos: str) -> None:
    created = api.put(f"{todos}/milk", {"data": {"title": "Milk"}})

    assert created.status_code == 201
    assert created.get_json()["id"] == "milk"


def test_an_id_in_use_is_not_created_again(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk"}})

    again = api.put(f"{todos}/milk", {"data": {"title": "Other"}})

    assert again.status_code == 412
    assert again.get_json()["current"]["data"] == {"title": "Milk"}


def test_a_write_without_a_precondition_is_428(api: Api, todos: str) -> None:
    answer = api.send("PUT", f"{todos}/milk", json={"data": {"title": "Milk"}})

    assert (answer.status_code, answer.get_json()["code"]) == (428, "precondition_required")


def test_a_stale_write_is_412_with_what_is_there_now(api: Api, todos: str) -> None:
    first = api.put(f"{todos}/milk", {"data": {"title": "Milk"}})
    api.put(f"{todos}/milk", {"data": {"title": "Eggs"}}, match=first.headers["ETag"])

    stale = api.put(f"{todos}/milk", {"data": {"title": "Bread"}}, match=first.headers["ETag"])

    assert stale.status_code == 412
    assert stale.get_json()["current"]["data"] == {"title": "Eggs"}
    assert api.get(f"{todos}/milk").get_json()["version"] == 2


def test_a_merge_patch_changes_what_it_names(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk", "done": False, "note": "x"}})

    patched = api.patch(f"{todos}/milk", {"data": {"done": True, "note": None}})

    assert patched.status_code == 200
    assert patched.get_json()["data"] == {"title": "Milk", "done": True}


def test_a_patch_that_breaks_the_schema_changes_nothing(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk"}})

    answer = api.patch(f"{todos}/milk", {"data": {"title": None}})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_record")
    assert api.get(f"{todos}/milk").get_json()["version"] == 1


def test_data_that_does_not_fit_the_schema_is_422_with_pointers(api: Api, todos: str) -> None:
    answer = api.post(todos, {"data": {"title": 7}})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/data/title"]


def test_an_unknown_collection_is_404(api: Api) -> None:
    answer = api.post("/spaces/main/collections/nowhere/records", {"data": {}})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "collection_not_found")


def test_a_record_that_is_too_large_is_refused(api: Api, todos: str) -> None:
    answer = api.post(todos, {"data": {"title": "x" * 262_144}})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["code"] == "record_too_large"


def test_unknown_members_of_the_body_are_refused(api: Api, todos: str) -> None:
    answer = api.post(todos, {"data": {"title": "x"}, "colour": "red"})

    assert answer.status_code == 422


def test_a_read_that_knows_the_etag_is_304(api: Api, todos: str) -> None:
    created = api.put(f"{todos}/milk", {"data": {"title": "Milk"}})

    again = api.get(f"{todos}/milk", headers={"If-None-Match": created.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_versions_go_on_counting_through_deletion(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk"}})
    api.delete(f"{todos}/milk")

    again = api.put(f"{todos}/milk", {"data": {"title": "Milk again"}})

    assert again.get_json()["version"] == 3


def test_revisions_say_what_a_record_was(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "One"}})
    api.patch(f"{todos}/milk", {"data": {"title": "Two"}})
    api.delete(f"{todos}/milk")

    page = api.get(f"{todos}/milk/revisions").get_json()

    assert [(r["version"], r["op"], r["data"]) for r in page["data"]] == [
        (3, "delete", None),
        (2, "update", {"title": "Two"}),
        (1, "create", {"title": "One"}),
    ]


def test_revisions_come_in_pages(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "One"}})
    api.patch(f"{todos}/milk", {"data": {"title": "Two"}})

    first = api.get(f"{todos}/milk/revisions?limit=1").get_json()
    second = api.get(f"{todos}/milk/revisions?limit=1&before={first['next_before']}").get_json()

    assert [r["version"] for r in first["data"] + second["data"]] == [2, 1]


def test_an_older_version_is_restored_as_a_new_one(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "One"}})
    api.patch(f"{todos}/milk", {"data": {"title": "Two"}})

    restored = api.send(
        "POST", f"{todos}/milk/revisions", json={"version": 1}, headers={"If-Match": "*"}
    )

    assert restored.status_code == 201
    assert (restored.get_json()["version"], restored.get_json()["data"]) == (3, {"title": "One"})


def test_a_deleted_record_is_restored(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "One"}})
    api.delete(f"{todos}/milk")

    restored = api.send(
        "POST", f"{todos}/milk/revisions", json={"version": 1}, headers={"If-None-Match": "*"}
    )

    assert restored.status_code == 201
    assert api.get(f"{todos}/milk").get_json()["data"] == {"title": "One"}


def test_erasure_forgets_what_a_record_was_and_says_so(
    api: Api, backbone: Backbone, todos: str
) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Secret"}})
    api.put(f"{todos}/milk", {"data": {"title": "Public"}}, match="*")

    assert api.delete(f"{todos}/milk/revisions").status_code == 204

    page = api.get(f"{todos}/milk/revisions").get_json()
    assert [r["data"] for r in page["data"]] == [{"title": "Public"}, None]
    query = sa.select(audit_events.c.resource).where(audit_events.c.action == "records.erase")
    with backbone.db.reading() as connection:
        audited = list(connection.execute(query).scalars())
    assert [f"/{resource}" for resource in audited] == [f"{todos}/milk"]


def test_a_record_in_a_realm_one_is_not_in_does_not_exist(api: Api, todos: str) -> None:
    api.put(f"{todos}/plan", {"data": {"title": "Plan"}, "realm": "board"})
    bob = api.member("bob@example.org")

    hidden = bob.get(f"{todos}/plan")
    absent = bob.get(f"{todos}/nothing")

    assert hidden.status_code == absent.status_code == 404
    assert hidden.get_json()["code"] == absent.get_json()["code"]
    assert bob.delete(f"{todos}/plan").status_code == 404
    assert bob.put(f"{todos}/plan", {"data": {"title": "Mine"}}).get_json()["code"] == "not_visible"


def test_nobody_writes_into_a_realm_they_are_not_in(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")

    answer = bob.post(todos, {"data": {"title": "Plan"}, "realm": "board"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "realm_forbidden")


def test_a_viewer_reads_and_does_not_write(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk"}})
    eve = api.member("eve@example.org", role="viewer")

    assert eve.get(f"{todos}/milk").status_code == 200
    assert eve.post(todos, {"data": {"title": "x"}}).status_code == 403


def test_an_outsider_sees_no_space(api: Api, todos: str) -> None:
    eve = api.member("eve@example.org")
    assert api.delete(f"/spaces/main/members/{eve.user_id}").status_code == 204

    answer = eve.get(f"{todos}/milk")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "space_not_found")


def test_history_begins_for_a_reader_where_the_record_came_out_of_a_realm_of_others(
    api: Api, todos: str
) -> None:
    bob = api.member("bob@example.org")
    api.put(f"{todos}/plan", {"data": {"title": "Secret"}, "realm": "board"})
    api.patch(f"{todos}/plan", {"data": {"title": "Draft"}})
    api.patch(f"{todos}/plan", {"data": {"title": "Public"}, "realm": "shared"})
    api.patch(f"{todos}/plan", {"data": {"title": "News"}})

    seen = bob.get(f"{todos}/plan/revisions").get_json()["data"]
    known = api.get(f"{todos}/plan/revisions").get_json()["data"]

    assert [revision["data"]["title"] for revision in seen] == ["News", "Public"]
    assert [revision["version"] for revision in known] == [4, 3, 2, 1]


@pytest.mark.parametrize(("version", "status"), [(2, 404), (3, 201)])
def test_nobody_restores_what_they_could_not_see(
    api: Api, todos: str, version: int, status: int
) -> None:
    bob = api.member("bob@example.org")
    api.put(f"{todos}/plan", {"data": {"title": "Secret"}, "realm": "board"})
    api.patch(f"{todos}/plan", {"data": {"title": "Draft"}})
    api.patch(f"{todos}/plan", {"data": {}, "realm": "shared"})
    api.patch(f"{todos}/plan", {"data": {"title": "News"}})

    restored = bob.post(f"{todos}/plan/revisions", {"version": version}, headers={"If-Match": "*"})

    assert restored.status_code == status


def test_a_record_moved_between_ones_own_realms_keeps_its_history(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org", realms=("shared", "board"))
    api.put(f"{todos}/plan", {"data": {"title": "Draft"}, "realm": "board"})
    api.patch(f"{todos}/plan", {"data": {"title": "News"}, "realm": "shared"})

    seen = bob.get(f"{todos}/plan/revisions").get_json()["data"]

    assert [revision["data"]["title"] for revision in seen] == ["News", "Draft"]


def test_a_list_comes_in_pages_in_the_order_of_ids(api: Api, todos: str) -> None:
    for name in "cab":
        api.put(f"{todos}/{name}", {"data": {"title": name}})
    api.delete(f"{todos}/b")

    first = api.get(f"{todos}?limit=1")
    assert [record["id"] for record in first.get_json()["data"]] == ["a"]
    assert 'rel="next"' in first.headers["Link"]

    cursor = first.get_json()["next_cursor"]
    second = api.get(f"{todos}?limit=1&cursor={cursor}").get_json()
    assert [record["id"] for record in second["data"]] == ["c"]


def test_a_filter_uses_a_declared_index(api: Api, backbone: Backbone) -> None:
    notes = api.collection("notes", indexes=[{"field": "n", "type": "number"}])
    for n in range(5):
        api.put(f"{notes}/r{n}", {"data": {"n": n}})
    early = api.get(f"{notes}?filter[n][gte]=3")
    assert (early.status_code, early.get_json()["code"]) == (503, "index_not_ready")

    backbone.build_indexes()

    found = api.get(f"{notes}?filter[n][gte]=3&sort=-n&fields=n").get_json()
    assert [record["data"] for record in found["data"]] == [{"n": 4}, {"n": 3}]


def test_a_filter_that_no_index_serves_is_refused(api: Api, todos: str) -> None:
    answer = api.get(f"{todos}?filter[title]=x")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_indexed")


def test_a_list_shows_only_what_its_caller_sees(api: Api, todos: str) -> None:
    api.put(f"{todos}/plan", {"data": {"title": "x"}, "realm": "board"})
    api.put(f"{todos}/milk", {"data": {"title": "x"}})
    bob = api.member("bob@example.org")

    assert [record["id"] for record in bob.get(todos).get_json()["data"]] == ["milk"]


def test_a_record_is_sent_with_only_the_fields_that_were_asked_for(api: Api, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"title": "Milk", "note": "x"}})

    part = api.get(f"{todos}/milk?fields=note")

    assert part.get_json()["data"] == {"note": "x"}
    assert part.headers["ETag"] != api.get(f"{todos}/milk").headers["ETag"]

"""Spaces, members and collections over HTTP: preconditions, tags, and what is invisible."""

import re
from pathlib import Path

import pytest

from service.core import jsontext
from tests.api import Api

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
TODOS = "/spaces/main/collections/todos"


@pytest.fixture
def bob(api: Api) -> Api:
    return api.member("bob@example.org", "viewer", ("shared",))


def test_a_space_is_made_found_and_renamed(api: Api) -> None:
    made = api.post("/spaces", {"name": "Shop"})
    path = made.headers["Location"].removeprefix("/v1")
    read = api.get(path)

    assert (made.status_code, read.get_json()) == (201, made.get_json())
    assert read.headers["ETag"] == made.headers["ETag"]
    renamed = api.patch(path, {"name": "Store"}, match=read.headers["ETag"])
    assert (renamed.status_code, renamed.get_json()["name"]) == (200, "Store")
    assert renamed.headers["ETag"] != read.headers["ETag"]
    listed = api.get("/spaces").get_json()["data"]
    assert [space["name"] for space in listed] == ["Main", "Store"]


def test_a_space_that_has_not_changed_is_304(api: Api) -> None:
    tag = api.get("/spaces/main").headers["ETag"]

    again = api.get("/spaces/main", headers={"If-None-Match": tag})

    assert (again.status_code, again.headers["ETag"]) == (304, tag)


def test_a_record_changes_the_spaces_tag_but_not_what_a_rename_is_based_on(api: Api) -> None:
    todos = api.collection()
    tag = api.get("/spaces/main").headers["ETag"]
    api.post(todos, {"data": {}})

    assert api.get("/spaces/main", headers={"If-None-Match": tag}).status_code == 200
    assert api.patch("/spaces/main", {"name": "Home"}, match=tag).status_code == 200


def test_two_members_of_a_space_have_tags_of_their_own(api: Api, bob: Api) -> None:
    assert api.get("/spaces/main").headers["ETag"] != bob.get("/spaces/main").headers["ETag"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/spaces/main"),
        ("PUT", TODOS),
        ("DELETE", TODOS),
        ("PUT", "/spaces/main/members/usr_x"),
        ("DELETE", "/spaces/main/members/usr_x"),
    ],
)
def test_a_write_says_what_it_is_based_on(api: Api, method: str, path: str) -> None:
    refused = api.send(method, path, json={"name": "x"})

    assert (refused.status_code, refused.get_json()["code"]) == (428, "precondition_required")


@pytest.mark.parametrize(
    "path",
    ["/spaces/{0}", "/spaces/{0}/members", "/spaces/{0}/collections", "/spaces/{0}/members/x"],
)
def test_an_outsider_sees_404_where_there_is_a_space_and_where_there_is_none(
    api: Api, bob: Api, path: str
) -> None:
    hidden = api.post("/spaces", {"name": "Hidden"}).get_json()["id"]

    there, nowhere = bob.get(path.format(hidden)), bob.get(path.format("spc_none"))

    assert there.status_code == nowhere.status_code == 404
    assert there.get_json()["detail"] == nowhere.get_json()["detail"]


def test_a_member_is_added_changed_and_removed(api: Api) -> None:
    user = api.post("/users", {"email": "eve@example.org"}).get_json()["id"]
    path = f"/spaces/main/members/{user}"

    added = api.put(path, {"role": "editor", "realms": ["shared", "list-7"]})
    assert added.status_code == 201
    assert added.get_json()["realms"] == ["list-7", "shared"]
    changed = api.put(path, {"role": "viewer"}, match=added.headers["ETag"])
    assert (changed.status_code, changed.get_json()["realms"]) == (200, ["shared"])
    stale = api.put(path, {"role": "editor"}, match=added.headers["ETag"])
    assert (stale.status_code, stale.get_json()["current"]) == (412, changed.get_json())
    assert api.get(path).headers["ETag"] == changed.headers["ETag"]
    known = api.get(path, headers={"If-None-Match": changed.headers["ETag"]})
    assert known.status_code == 304
    assert api.delete(path, match=changed.headers["ETag"]).status_code == 204
    assert api.get(path).get_json()["code"] == "member_not_found"
    assert api.delete(path).status_code == 404


def test_a_user_who_does_not_exist_is_no_member(api: Api) -> None:
    refused = api.put("/spaces/main/members/usr_none", {"role": "viewer"})

    assert (refused.status_code, refused.get_json()["code"]) == (404, "user_not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/role"),
        ({"role": "king"}, "#/role"),
        ({"role": "viewer", "realms": ["a b"]}, "#/realms/0"),
        ({"role": "viewer", "realms": ["*x"]}, "#/realms/0"),
        ({"role": "viewer", "realms": ["a\n"]}, "#/realms/0"),
        ({"role": "viewer", "realms": ["*\n"]}, "#/realms/0"),
        ({"role": "viewer", "realms": [f"r{n}" for n in range(51)]}, "#/realms"),
        ({"role": "viewer", "since": "now"}, "#/since"),
    ],
)
def test_a_member_that_cannot_be_is_refused_by_place(
    api: Api, body: dict[str, object], pointer: str
) -> None:
    refused = api.put(f"/spaces/main/members/{api.user_id}", body, match="*")

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == pointer


def test_a_star_stands_alone(api: Api, bob: Api) -> None:
    path = f"/spaces/main/members/{bob.user_id}"

    assert api.put(path, {"role": "viewer", "realms": ["a", "*"]}, match="*").get_json()[
        "realms"
    ] == ["*"]


def test_a_viewer_reads_members_and_changes_none(api: Api, bob: Api) -> None:
    assert bob.get("/spaces/main/members").status_code == 200
    refused = bob.put(f"/spaces/main/members/{bob.user_id}", {"role": "admin"}, match="*")

    assert (refused.status_code, refused.get_json()["required"]) == (403, "admin")


def test_the_last_owner_is_409(api: Api) -> None:
    refused = api.delete(f"/spaces/main/members/{api.user_id}")

    assert (refused.status_code, refused.get_json()["code"]) == (409, "last_owner")


def test_members_are_listed_in_pages(api: Api, bob: Api) -> None:
    first = api.get("/spaces/main/members?limit=1").get_json()
    second = api.get(f"/spaces/main/members?limit=1&cursor={first['next_cursor']}").get_json()

    listed = [member["user_id"] for member in first["data"] + second["data"]]
    assert listed == sorted([api.user_id, bob.user_id])


def test_a_collection_is_declared_read_changed_and_deleted(api: Api) -> None:
    made = api.put(TODOS, {"schema": SCHEMA, "indexes": [{"field": "title", "type": "text"}]})
    assert made.status_code == 201
    body = made.get_json()
    assert (body["schema"], body["on_conflict"], body["retention_days"]) == (SCHEMA, "reject", 90)
    assert [index["name"] for index in body["indexes"]] == ["title"]

    read = api.get(TODOS)
    changed = api.put(TODOS, {"schema": None, "on_conflict": "merge"}, match=read.headers["ETag"])
    assert (changed.status_code, changed.get_json()["schema"]) == (200, None)
    stale = api.put(TODOS, {}, match=made.headers["ETag"])
    assert (stale.status_code, stale.get_json()["current"]["on_conflict"]) == (412, "merge")
    assert api.delete(TODOS, match=changed.headers["ETag"]).status_code == 204
    assert api.get(TODOS).get_json()["code"] == "collection_not_found"


def test_what_was_read_can_be_declared_again(api: Api) -> None:
    api.put(TODOS, {"schema": SCHEMA, "indexes": [{"field": "title", "type": "text"}]})
    read = api.get(TODOS)
    declared = {
        name: read.get_json()[name]
        for name in ("schema", "indexes", "on_conflict", "retention_days")
    }

    again = api.put(TODOS, declared, match=read.headers["ETag"])

    assert again.get_json() == read.get_json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"schema": {"type": "objekt"}}, "#/schema/type"),
        ({"schema": {"$ref": "http://127.0.0.1:1/"}}, "#/schema/$ref"),
        ({"schema": []}, "#/schema"),
        ({"indexes": [{"field": "a b", "type": "text"}]}, "#/indexes/0/field"),
        ({"indexes": [{"field": "a", "type": "date"}]}, "#/indexes/0/type"),
        ({"on_conflict": "ask"}, "#/on_conflict"),
        ({"retention_days": 0}, "#/retention_days"),
        ({"retention_days": 1.5}, "#/retention_days"),
        ({"rules": {}}, "#/rules"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_by_place(
    api: Api, body: dict[str, object], pointer: str
) -> None:
    refused = api.put(TODOS, body)

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == pointer


def test_a_collections_name_begins_with_a_letter(api: Api) -> None:
    refused = api.put("/spaces/main/collections/7up", {})

    assert refused.get_json()["errors"][0]["parameter"] == "collection"


def test_a_collection_with_records_is_not_deleted(api: Api) -> None:
    todos = api.collection()
    record = api.post(todos, {"data": {}}).headers["Location"].removeprefix("/v1")

    refused = api.delete(TODOS)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "collection_not_empty")

    api.delete(record)
    assert api.delete(TODOS).status_code == 204


def test_collections_are_listed_by_name_in_pages(api: Api) -> None:
    made = [api.collection(name) for name in ("b", "C", "a")]

    first = api.get("/spaces/main/collections?limit=2").get_json()
    second = api.get(f"/spaces/main/collections?limit=2&cursor={first['next_cursor']}").get_json()

    names = [collection["name"] for collection in first["data"] + second["data"]]
    assert names == ["C", "a", "b"]
    assert len(made) == 3


def test_an_unknown_parameter_is_refused(api: Api) -> None:
    assert api.get("/spaces?offset=1").status_code == 422
    assert api.get("/spaces?limit=0").get_json()["errors"][0]["parameter"] == "limit"


def test_the_examples_of_the_page_work(api: Api, bob: Api) -> None:
    page = Path(__file__).parents[2] / "docs" / "spaces.md"
    member, collection = re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL)

    changed = api.put(
        f"/spaces/main/members/{bob.user_id}", jsontext.parse(member.encode()), match="*"
    )
    declared = api.put(TODOS, jsontext.parse(collection.encode()))

    assert (changed.status_code, declared.status_code) == (200, 201)
    assert [index["name"] for index in declared.get_json()["indexes"]] == [
        "title",
        "due_updated_at",
    ]

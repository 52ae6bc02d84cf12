"""People: for those who look after the installation."""

import pytest

from service.auth.errors import UserNotFound
from service.backbone import Backbone
from tests.api import Api

BOB = {"email": "Bob@Example.org", "name": "Bob"}


def test_a_user_is_added_read_changed_and_deleted(api: Api) -> None:
    added = api.post("/users", BOB)
    path = added.headers["Location"].removeprefix("/v1")

    assert added.status_code == 201
    assert (added.get_json()["email"], added.get_json()["role"]) == ("bob@example.org", "member")
    assert api.get(path).get_json() == added.get_json()
    changed = api.patch(path, {"name": None, "email": "robert@example.org"}).get_json()
    assert (changed["name"], changed["email"]) == (None, "robert@example.org")
    assert api.delete(path).status_code == 204
    assert api.get(path).get_json()["code"] == "user_not_found"


def test_two_users_never_have_one_email_address(api: Api) -> None:
    api.post("/users", BOB)
    eve = api.post("/users", {"email": "eve@example.org"}).get_json()["id"]

    again = api.post("/users", {"email": "bob@example.ORG"})
    moved = api.patch(f"/users/{eve}", {"email": "bob@example.org"})

    assert (again.status_code, again.get_json()["code"]) == (409, "email_taken")
    assert moved.status_code == 409


def test_users_without_an_email_address_are_fine(api: Api) -> None:
    assert api.post("/users", {"name": "Robot 1"}).status_code == 201
    assert api.post("/users", {"name": "Robot 2"}).status_code == 201


def test_the_last_admin_stays(api: Api) -> None:
    demoted = api.patch(f"/users/{api.user_id}", {"role": "member"})
    deleted = api.delete(f"/users/{api.user_id}")

    assert (demoted.status_code, demoted.get_json()["code"]) == (409, "last_admin")
    assert (deleted.status_code, deleted.get_json()["code"]) == (409, "last_admin")


def test_one_of_two_admins_may_step_back_and_loses_the_right_at_once(api: Api) -> None:
    bob = api.member("bob@example.org")
    api.patch(f"/users/{bob.user_id}", {"role": "admin"})
    assert bob.get("/users").status_code == 200

    api.patch(f"/users/{bob.user_id}", {"role": "member"})

    refused = bob.get("/users")
    assert (refused.status_code, refused.get_json()["required"]) == (403, "admin")


def test_members_see_no_users(api: Api) -> None:
    bob = api.member("bob@example.org")

    assert bob.get("/users").get_json()["code"] == "role_forbidden"
    assert bob.get(f"/users/{bob.user_id}").status_code == 403
    assert bob.post("/users", BOB).status_code == 403


def test_a_deleted_user_is_out_of_every_space_and_their_keys_are_dead(api: Api) -> None:
    bob = api.member("bob@example.org")
    assert bob.get("/spaces/main").status_code == 200

    assert api.delete(f"/users/{bob.user_id}").status_code == 204

    assert bob.get("/spaces/main").status_code == 401
    assert api.get(f"/spaces/main/members/{bob.user_id}").status_code == 404


def test_the_last_owner_of_a_space_cannot_be_deleted(api: Api) -> None:
    bob = api.member("bob@example.org", role="owner")
    bob.post("/spaces", {"name": "Bob's"})

    refused = api.delete(f"/users/{bob.user_id}")

    assert (refused.status_code, refused.get_json()["code"]) == (409, "last_owner")
    assert len(bob.get("/spaces").get_json()["data"]) == 2


def test_users_are_listed_in_pages(api: Api) -> None:
    added = [api.post("/users", {"name": str(n)}).get_json()["id"] for n in range(3)]

    first = api.get("/users?limit=2").get_json()
    second = api.get(f"/users?limit=2&cursor={first['next_cursor']}").get_json()

    assert [user["id"] for user in first["data"] + second["data"]] == [api.user_id, *added]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "a" * 64])
def test_a_cursor_from_elsewhere_is_refused(api: Api, cursor: str) -> None:
    refused = api.get(f"/users?cursor={cursor}")

    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_cursor")


def test_a_cursor_is_good_for_its_own_list_only(api: Api) -> None:
    api.post("/users", BOB)
    cursor = api.get("/users?limit=1").get_json()["next_cursor"]

    assert api.get(f"/api-keys?cursor={cursor}").get_json()["code"] == "invalid_cursor"


def test_scripts_find_a_user_by_id_or_email_address(backbone: Backbone) -> None:
    ada = backbone.bootstrap.by_shell("ada@example.org", None).user

    assert backbone.users.find(ada.id) == backbone.users.find(" ADA@example.org") == ada
    with pytest.raises(UserNotFound):
        backbone.users.find("nobody")

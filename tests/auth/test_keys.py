"""API keys over HTTP: shown once, never more than one's own rights, invisible to others."""

import sqlalchemy as sa

from service.audit.tables import audit_events
from service.auth.keys import KEYS_PER_USER_MAX
from service.backbone import Backbone
from tests.api import Api

TILL = {"name": "Till", "scopes": ["records:read", "changes:read"]}


def with_scopes(api: Api, *scopes: str) -> Api:
    """The same user, with a key of fewer scopes."""
    made = api.post("/api-keys", {"name": "limited", "scopes": list(scopes)}).get_json()
    return Api(api.app, made["key"], api.user_id)


def test_a_keys_text_is_shown_once(api: Api) -> None:
    made = api.post("/api-keys", TILL)
    key = made.get_json()

    read = api.get(f"/api-keys/{key['id']}").get_json()

    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/api-keys/{key['id']}"
    assert read == {name: key[name] for name in key if name != "key"}
    assert read["last4"] == key["key"][-4:]
    assert read["scopes"] == ["changes:read", "records:read"]


def test_answers_with_keys_are_not_stored_by_caches(api: Api) -> None:
    assert "no-store" in api.post("/api-keys", TILL).headers["Cache-Control"]


def test_a_key_opens_what_its_scopes_say_and_nothing_else(api: Api) -> None:
    till = with_scopes(api, "spaces:read")

    assert till.get("/spaces/main").status_code == 200
    refused = till.get("/api-keys")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "insufficient_scope")
    assert refused.get_json()["required"] == "keys:manage"


def test_nobody_gives_away_a_scope_they_lack(api: Api) -> None:
    limited = with_scopes(api, "keys:manage", "records:read")

    refused = limited.post("/api-keys", {"name": "more", "scopes": ["records:write"]})
    everything = limited.post("/api-keys", {"name": "all", "scopes": ["admin"]})
    same = limited.post("/api-keys", {"name": "same", "scopes": ["records:read"]})

    assert refused.get_json()["required"] == "records:write"
    assert everything.get_json()["required"] == "admin"
    assert same.status_code == 201


def test_an_unknown_scope_is_refused_by_its_place(api: Api) -> None:
    refused = api.post("/api-keys", {"name": "x", "scopes": ["records:read", "no:such"]})

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "#/scopes/1"


def test_an_expiry_lies_in_the_future(api: Api) -> None:
    past = api.post("/api-keys", {**TILL, "expires_at": "2020-01-01T00:00:00Z"})
    vague = api.post("/api-keys", {**TILL, "expires_at": "2099-01-01"})
    beyond = api.post("/api-keys", {**TILL, "expires_at": "9999-12-31T23:59:59-14:00"})
    future = api.post("/api-keys", {**TILL, "expires_at": "2099-01-01T01:00:00+01:00"})

    assert beyond.get_json()["errors"][0]["pointer"] == "#/expires_at"
    assert past.get_json()["errors"][0]["pointer"] == "#/expires_at"
    assert vague.status_code == 422
    assert future.get_json()["expires_at"] == "2099-01-01T00:00:00.000Z"


def test_a_revoked_key_opens_nothing_and_is_gone(api: Api) -> None:
    key = api.post("/api-keys", {"name": "x", "scopes": ["admin"]}).get_json()
    revoked = Api(api.app, key["key"], api.user_id)
    assert revoked.get("/spaces").status_code == 200

    assert api.delete(f"/api-keys/{key['id']}").status_code == 204

    refused = revoked.get("/spaces")
    assert (refused.status_code, refused.get_json()["code"]) == (401, "invalid_token")
    challenge = 'Bearer realm="syncline", error="invalid_token"'
    assert refused.headers["WWW-Authenticate"] == challenge
    assert api.get(f"/api-keys/{key['id']}").status_code == 404
    assert api.delete(f"/api-keys/{key['id']}").status_code == 404


def test_a_key_can_be_renamed(api: Api) -> None:
    key = api.post("/api-keys", TILL).get_json()

    renamed = api.patch(f"/api-keys/{key['id']}", {"name": "Old till"})

    assert renamed.get_json()["name"] == "Old till"
    assert api.patch(f"/api-keys/{key['id']}", {"scopes": ["admin"]}).status_code == 422


def test_others_keys_do_not_exist_for_a_member(api: Api) -> None:
    mine = api.post("/api-keys", TILL).get_json()["id"]
    bob = api.member("bob@example.org")

    assert bob.get(f"/api-keys/{mine}").get_json()["code"] == "key_not_found"
    assert bob.patch(f"/api-keys/{mine}", {"name": "x"}).status_code == 404
    assert bob.delete(f"/api-keys/{mine}").status_code == 404
    assert {key["user_id"] for key in bob.get("/api-keys").get_json()["data"]} == {bob.user_id}
    others = bob.get(f"/api-keys?user_id={api.user_id}").get_json()["data"]
    assert {key["user_id"] for key in others} <= {bob.user_id}


def test_a_member_makes_no_key_for_somebody_else(api: Api) -> None:
    bob = api.member("bob@example.org")

    refused = bob.post("/api-keys", {**TILL, "user_id": api.user_id})

    assert (refused.status_code, refused.get_json()["code"]) == (404, "user_not_found")


def test_an_admin_sees_and_makes_keys_for_everybody(api: Api) -> None:
    bob = api.member("bob@example.org")

    made = api.post("/api-keys", {**TILL, "user_id": bob.user_id}).get_json()

    assert (made["user_id"], made["created_by"]) == (bob.user_id, api.user_id)
    owners = {key["user_id"] for key in api.get("/api-keys").get_json()["data"]}
    assert owners == {api.user_id, bob.user_id}
    theirs = api.get(f"/api-keys?user_id={bob.user_id}").get_json()["data"]
    assert {key["user_id"] for key in theirs} == {bob.user_id}
    assert api.post("/api-keys", {**TILL, "user_id": "usr_nobody"}).status_code == 404


def test_keys_are_listed_in_pages(api: Api) -> None:
    made = [api.post("/api-keys", TILL).get_json()["id"] for _ in range(4)]

    first = api.get("/api-keys?limit=3")
    second = api.get(f"/api-keys?limit=3&cursor={first.get_json()['next_cursor']}")

    listed = [key["id"] for page in (first, second) for key in page.get_json()["data"]]
    assert listed[1:] == made
    assert second.get_json()["next_cursor"] is None
    assert first.headers["Link"].endswith('rel="next"')


def test_one_user_has_so_many_keys_and_no_more(api: Api, backbone: Backbone) -> None:
    bob = api.post("/users", {"email": "bob@example.org"}).get_json()["id"]
    made = [api.post("/api-keys", {**TILL, "user_id": bob}) for _ in range(KEYS_PER_USER_MAX)]

    refused = api.post("/api-keys", {**TILL, "user_id": bob})

    assert {answer.status_code for answer in made} == {201}
    assert (refused.status_code, refused.get_json()["code"]) == (409, "too_many_keys")
    assert refused.get_json()["limits"] == {"keys_per_user_max": KEYS_PER_USER_MAX}


def test_the_audit_tells_of_making_renaming_and_revoking(api: Api, backbone: Backbone) -> None:
    key = api.post("/api-keys", TILL, headers={"Request-Id": "req-7"}).get_json()
    api.patch(f"/api-keys/{key['id']}", {"name": "x"})
    api.delete(f"/api-keys/{key['id']}")

    query = sa.select(audit_events).where(audit_events.c.resource == f"api-keys/{key['id']}")
    with backbone.db.reading() as connection:
        events = connection.execute(query.order_by(audit_events.c.id)).all()
    assert [event.action for event in events] == ["keys.create", "keys.rename", "keys.revoke"]
    assert (events[0].actor, events[0].request_id) == (api.user_id, "req-7")

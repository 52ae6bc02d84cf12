"""Users, keys and the first sign-on over HTTP."""

from dataclasses import asdict
from operator import attrgetter
from typing import Any

import orjson
from flask import Response, current_app, request

from service.auth.bootstrap import Bootstrap
from service.auth.errors import (
    Bootstrapped,
    EmailTaken,
    InsufficientScope,
    InvalidBootstrapToken,
    KeyNotFound,
    LastAdmin,
    LastOwner,
    TooManyKeys,
    UserNotFound,
)
from service.auth.guard import principal, requires
from service.auth.keys import Keys, NewKey
from service.auth.schemas import (
    KEY_EXAMPLE,
    NEW_KEY_EXAMPLE,
    USER_EXAMPLE,
    BootstrapIn,
    BootstrapOut,
    KeyMade,
    KeyNew,
    KeyOut,
    KeyPatch,
    KeyQuery,
    UserNew,
    UserOut,
    UserPatch,
)
from service.auth.scheme import bearer
from service.auth.store import ApiKey
from service.auth.users import Users
from service.core.errors import InvalidCursor
from service.http.api import Blueprint
from service.http.body import MERGE_PATCH, read_json
from service.http.contract import answers, fails, public, takes
from service.http.pages import PageQuery, PageWish, page_schema, read_page

JSON_TYPE = "application/json"

first = Blueprint(
    "bootstrap", __name__, url_prefix="/v1/bootstrap", description="Making the first user."
)
keys = Blueprint(
    "api-keys", __name__, url_prefix="/v1/api-keys", description="Credentials for programs."
)
users = Blueprint(
    "users", __name__, url_prefix="/v1/users", description="The people of this installation."
)
blueprints = (first, keys, users)

_bootstrap_in = BootstrapIn()
_key_new, _key_patch, _key_query = KeyNew(), KeyPatch(), KeyQuery()
_user_new, _user_patch, _user_query = UserNew(), UserPatch(), PageQuery()


@first.post("")
@public
@takes(body=_bootstrap_in, example={"email": "ada@example.org", "name": "Ada"})
@answers(201, BootstrapOut(), example={"user": USER_EXAMPLE, "api_key": NEW_KEY_EXAMPLE})
@fails(InvalidBootstrapToken, Bootstrapped)
def bootstrap() -> Response:
    """Make the first user, with BOOTSTRAP_TOKEN as the bearer token.

    They look after the installation and own the space `main`. It works once and answers 410 for
    ever after. The key is shown in this answer only.
    """
    rooms = _bootstrap()
    rooms.check(bearer(request))
    wanted = _bootstrap_in.load(read_json())
    made = rooms.by_token(wanted["email"], wanted["name"])
    body = {"user": asdict(made.user), "api_key": _made(made.api_key, made.text)}
    return _json(body, 201)


@keys.get("")
@requires("keys.read")
@takes(query=_key_query)
@answers(
    200,
    page_schema(KeyOut()),
    example={"data": [KEY_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@fails(InvalidCursor)
def list_api_keys() -> Response:
    """List API keys: your own, or everybody's if you look after the installation."""
    wish = _wish(_key_query)
    user_id = wish.query.get("user_id")
    found = _keys().page(principal(), user_id, wish.after, wish.limit + 1)
    return wish.answer(found, attrgetter("id"), asdict)


@keys.post("")
@requires("keys.manage")
@takes(
    body=_key_new,
    example={"name": "Till in the shop", "scopes": ["changes:read", "records:write"]},
)
@answers(201, KeyMade(), example=NEW_KEY_EXAMPLE, headers=("Location",))
@fails(InsufficientScope, UserNotFound, TooManyKeys)
def create_api_key() -> Response:
    """Make an API key.

    Its text is shown in this answer only. It has none of the scopes that your own credential lacks.
    """
    wanted = _key_new.load(read_json())
    new = NewKey(wanted["name"], tuple(wanted["scopes"]), wanted["user_id"], wanted["expires_at"])
    made, text = _keys().create(principal(), new)
    return _json(_made(made, text), 201, f"/v1/api-keys/{made.id}")


@keys.get("/<id:key>")
@requires("keys.read")
@answers(200, KeyOut(), example=KEY_EXAMPLE)
@fails(KeyNotFound)
def get_api_key(key: str) -> Response:
    """Read an API key, without its text."""
    return _json(asdict(_keys().get(principal(), key)))


@keys.patch("/<id:key>")
@requires("keys.manage")
@takes(body=_key_patch, example={"name": "Old till"}, media_types=MERGE_PATCH)
@answers(200, KeyOut(), example={**KEY_EXAMPLE, "name": "Old till"})
@fails(KeyNotFound)
def rename_api_key(key: str) -> Response:
    """Give an API key another name."""
    wanted = _key_patch.load(read_json(media_types=MERGE_PATCH))
    return _json(asdict(_keys().rename(principal(), key, wanted["name"])))


@keys.delete("/<id:key>")
@requires("keys.manage")
@answers(204)
@fails(KeyNotFound)
def revoke_api_key(key: str) -> Response:
    """Revoke an API key, for good. The next request that comes with it gets 401."""
    _keys().revoke(principal(), key)
    return Response(status=204)


@users.get("")
@requires("users.read")
@takes(query=_user_query)
@answers(
    200,
    page_schema(UserOut()),
    example={"data": [USER_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@fails(InvalidCursor)
def list_users() -> Response:
    """List users, in the order in which they were added."""
    wish = _wish(_user_query)
    found = _users().page(principal(), wish.after, wish.limit + 1)
    return wish.answer(found, attrgetter("id"), asdict)


@users.post("")
@requires("users.manage")
@takes(body=_user_new, example={"email": "ada@example.org", "name": "Ada", "role": "admin"})
@answers(201, UserOut(), example=USER_EXAMPLE, headers=("Location",))
@fails(EmailTaken)
def create_user() -> Response:
    """Add a user. Make them a key, and a member of a space, next."""
    wanted = _user_new.load(read_json())
    user = _users().create(principal(), wanted["email"], wanted["name"], wanted["role"])
    return _json(asdict(user), 201, f"/v1/users/{user.id}")


@users.get("/<id:user>")
@requires("users.read")
@answers(200, UserOut(), example=USER_EXAMPLE)
@fails(UserNotFound)
def get_user(user: str) -> Response:
    """Read a user."""
    return _json(asdict(_users().get(principal(), user)))


@users.patch("/<id:user>")
@requires("users.manage")
@takes(body=_user_patch, example={"name": "Ada Lovelace"}, media_types=MERGE_PATCH)
@answers(200, UserOut(), example={**USER_EXAMPLE, "name": "Ada Lovelace"})
@fails(UserNotFound, EmailTaken, LastAdmin)
def update_user(user: str) -> Response:
    """Change some members of a user."""
    wanted = _user_patch.load(read_json(media_types=MERGE_PATCH))
    return _json(asdict(_users().update(principal(), user, wanted)))


@users.delete("/<id:user>")
@requires("users.manage")
@answers(204)
@fails(UserNotFound, LastAdmin, LastOwner)
def delete_user(user: str) -> Response:
    """Delete a user: they leave every space, and their keys are revoked.

    What they wrote stays, under their id. The last owner of a space has to hand it over first.
    """
    _users().delete(principal(), user)
    return Response(status=204)


def _bootstrap() -> Bootstrap:
    verbs: Bootstrap = current_app.extensions["syncline"].bootstrap
    return verbs


def _keys() -> Keys:
    verbs: Keys = current_app.extensions["syncline"].keys
    return verbs


def _users() -> Users:
    verbs: Users = current_app.extensions["syncline"].users
    return verbs


def _wish(query: PageQuery) -> PageWish:
    return read_page(query, current_app.extensions["syncline"].keyring)


def _made(api_key: ApiKey, text: str) -> dict[str, Any]:
    return {**asdict(api_key), "key": text}


def _json(body: dict[str, Any], status: int = 200, location: str | None = None) -> Response:
    response = Response(orjson.dumps(body), status, content_type=JSON_TYPE)
    if location is not None:
        response.headers["Location"] = location
    return response

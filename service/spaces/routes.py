"""Spaces, members and collections over HTTP."""

from hashlib import blake2b
from operator import attrgetter

import orjson
from flask import Response, current_app, request

from service.auth.errors import LastOwner, UserNotFound
from service.auth.guard import principal, requires
from service.changes.errors import SpaceNotFound
from service.core.errors import InvalidCursor, PreconditionFailed, PreconditionRequired
from service.http.api import Blueprint
from service.http.body import MERGE_PATCH, read_json
from service.http.conditional import etag, not_modified, precondition
from service.http.contract import answers, fails, takes
from service.http.pages import PageQuery, PageWish, page_schema, read_page
from service.spaces.declare import Collections, Declaration, SeenCollection
from service.spaces.errors import (
    CollectionNotEmpty,
    CollectionNotFound,
    InvalidIndexes,
    InvalidSchema,
    MemberNotFound,
    TooManyCollections,
    TooManyIndexes,
    TooManyMembers,
)
from service.spaces.members import Members, SeenMember, new_member
from service.spaces.schemas import (
    COLLECTION_EXAMPLE,
    DECLARATION_EXAMPLE,
    MEMBER_EXAMPLE,
    SPACE_EXAMPLE,
    CollectionOut,
    CollectionPut,
    MemberOut,
    MemberPut,
    SpaceNew,
    SpaceOut,
    SpacePatch,
)
from service.spaces.spaces import SeenSpace, Spaces
from service.spaces.store import Declared, Member

JSON_TYPE = "application/json"

spaces = Blueprint(
    "spaces", __name__, url_prefix="/v1/spaces", description="The units that are kept in step."
)
members = Blueprint(
    "members",
    __name__,
    url_prefix="/v1/spaces/<id:space>/members",
    description="Who belongs to a space.",
)
collections = Blueprint(
    "collections",
    __name__,
    url_prefix="/v1/spaces/<id:space>/collections",
    description="What a space holds, and the rules for it.",
)
blueprints = (spaces, members, collections)

conditional = fails(PreconditionFailed, PreconditionRequired)
paged = fails(InvalidCursor)
in_space = fails(SpaceNotFound)
WRITING = ("If-Match", "If-None-Match")

_space_new, _space_patch = SpaceNew(), SpacePatch()
_member_put, _collection_put, _page_query = MemberPut(), CollectionPut(), PageQuery()


@spaces.get("")
@requires("spaces.list")
@takes(query=_page_query)
@answers(
    200,
    page_schema(SpaceOut()),
    example={"data": [SPACE_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@paged
def list_spaces() -> Response:
    """List the spaces that you are a member of."""
    wish = _wish()
    found = _spaces().page(principal(), wish.after, wish.limit + 1)
    return wish.answer(found, attrgetter("id"), SeenSpace.as_dict)


@spaces.post("")
@requires("spaces.create")
@takes(body=_space_new, example={"name": "Shop"})
@answers(201, SpaceOut(), example=SPACE_EXAMPLE, headers=("ETag", "Location"))
def create_space() -> Response:
    """Make a space. You become its owner and see every realm of it."""
    wanted = _space_new.load(read_json())
    seen = _spaces().create(principal(), wanted["name"])
    response = _space(seen, 201)
    response.headers["Location"] = f"/v1/spaces/{seen.id}"
    return response


@spaces.get("/<id:space>")
@requires("spaces.read")
@takes(headers=("If-None-Match",))
@answers(200, SpaceOut(), example=SPACE_EXAMPLE, headers=("ETag",))
@answers(304, headers=("ETag",))
@in_space
def get_space(space: str) -> Response:
    """Read a space: where its log stands, what limits it has, and what you are in it."""
    response = _space(_spaces().get(principal(), space))
    return not_modified(request, response.headers["ETag"]) or response


@spaces.patch("/<id:space>")
@requires("spaces.update")
@takes(body=_space_patch, example={"name": "Shop"}, media_types=MERGE_PATCH, headers=("If-Match",))
@answers(200, SpaceOut(), example={**SPACE_EXAMPLE, "name": "Shop"}, headers=("ETag",))
@conditional
@in_space
def update_space(space: str) -> Response:
    """Rename a space. Records that are written meanwhile do not change what `If-Match` sees."""
    expected = precondition(request)
    wanted = _space_patch.load(read_json(media_types=MERGE_PATCH))
    return _space(_spaces().rename(principal(), space, wanted["name"], expected))


@members.get("")
@requires("members.read")
@takes(query=_page_query)
@answers(
    200,
    page_schema(MemberOut()),
    example={"data": [MEMBER_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@paged
@in_space
def list_members(space: str) -> Response:
    """List the members of a space."""
    wish = _wish()
    found = _members().page(principal(), space, wish.after, wish.limit + 1)
    return wish.answer(found, attrgetter("user_id"), Member.as_dict)


@members.get("/<id:user>")
@requires("members.read")
@takes(headers=("If-None-Match",))
@answers(200, MemberOut(), example=MEMBER_EXAMPLE, headers=("ETag",))
@answers(304, headers=("ETag",))
@fails(MemberNotFound)
@in_space
def get_member(space: str, user: str) -> Response:
    """Read a member."""
    response = _member(_members().get(principal(), space, user))
    return not_modified(request, response.headers["ETag"]) or response


@members.put("/<id:user>")
@requires("members.manage")
@takes(
    body=_member_put, example={"role": "editor", "realms": ["shared", "list-7"]}, headers=WRITING
)
@answers(200, MemberOut(), example=MEMBER_EXAMPLE, headers=("ETag",))
@answers(201, MemberOut(), example=MEMBER_EXAMPLE, headers=("ETag",))
@fails(UserNotFound, LastOwner, TooManyMembers)
@conditional
@in_space
def put_member(space: str, user: str) -> Response:
    """Make a user a member, or change their role and realms.

    Their clients learn of realms that they enter or leave by the changes they pull. Only owners
    make and unmake owners.
    """
    expected = precondition(request)
    wanted = _member_put.load(read_json())
    member = new_member(user, wanted["role"], wanted["realms"])
    seen, is_new = _members().put(principal(), space, member, expected)
    return _member(seen, 201 if is_new else 200)


@members.delete("/<id:user>")
@requires("members.manage")
@takes(headers=("If-Match",))
@answers(204)
@fails(MemberNotFound, LastOwner)
@conditional
@in_space
def delete_member(space: str, user: str) -> Response:
    """Remove a member from a space. What they wrote stays."""
    _members().remove(principal(), space, user, precondition(request))
    return Response(status=204)


@collections.get("")
@requires("collections.read")
@takes(query=_page_query)
@answers(
    200,
    page_schema(CollectionOut()),
    example={"data": [COLLECTION_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@paged
@in_space
def list_collections(space: str) -> Response:
    """List the collections of a space, by name."""
    wish = _wish()
    found = _collections().page(principal(), space, wish.after, wish.limit + 1)
    return wish.answer(found, attrgetter("name"), Declared.as_dict)


@collections.get("/<id:collection>")
@requires("collections.read")
@takes(headers=("If-None-Match",))
@answers(200, CollectionOut(), example=COLLECTION_EXAMPLE, headers=("ETag",))
@answers(304, headers=("ETag",))
@fails(CollectionNotFound)
@in_space
def get_collection(space: str, collection: str) -> Response:
    """Read a collection: its schema, its indexes and their state, its rules."""
    response = _collection(_collections().get(principal(), space, collection))
    return not_modified(request, response.headers["ETag"]) or response


@collections.put("/<id:collection>")
@requires("collections.manage")
@takes(body=_collection_put, example=DECLARATION_EXAMPLE, headers=WRITING)
@answers(200, CollectionOut(), example=COLLECTION_EXAMPLE, headers=("ETag",))
@answers(201, CollectionOut(), example=COLLECTION_EXAMPLE, headers=("ETag",))
@fails(InvalidSchema, InvalidIndexes, TooManyCollections, TooManyIndexes)
@conditional
@in_space
def put_collection(space: str, collection: str) -> Response:
    """Declare a collection, or declare it anew.

    Records that are there already are held to a new schema when they are next written. An index can
    be used when its `state` is `ready`; building one changes the collection's ETag.
    """
    expected = precondition(request)
    wanted = Declaration(name=collection, **_collection_put.load(read_json()))
    seen, is_new = _collections().put(principal(), space, wanted, expected)
    return _collection(seen, 201 if is_new else 200)


@collections.delete("/<id:collection>")
@requires("collections.manage")
@takes(headers=("If-Match",))
@answers(204)
@fails(CollectionNotFound, CollectionNotEmpty)
@conditional
@in_space
def delete_collection(space: str, collection: str) -> Response:
    """Delete a collection that holds no records."""
    _collections().remove(principal(), space, collection, precondition(request))
    return Response(status=204)


def _spaces() -> Spaces:
    verbs: Spaces = current_app.extensions["syncline"].spaces
    return verbs


def _members() -> Members:
    verbs: Members = current_app.extensions["syncline"].members
    return verbs


def _collections() -> Collections:
    verbs: Collections = current_app.extensions["syncline"].collections
    return verbs


def _wish() -> PageWish:
    return read_page(_page_query, current_app.extensions["syncline"].keyring)


def _space(seen: SeenSpace, status: int = 200) -> Response:
    """Its tag names the caller's own bytes: head, role and realms are in them."""
    body = orjson.dumps(seen.as_dict())
    return _json(body, status, etag(*seen.place, _digest(body)))


def _member(seen: SeenMember, status: int = 200) -> Response:
    body = orjson.dumps(seen.member.as_dict())
    projection = None if seen.is_whole else _digest(body)
    return _json(body, status, etag(seen.epoch, seen.member.seq, projection))


def _collection(seen: SeenCollection, status: int = 200) -> Response:
    body = orjson.dumps(seen.declared.as_dict())
    return _json(body, status, etag(seen.epoch, seen.declared.seq))


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=6).hexdigest()


def _json(body: bytes, status: int, tag: str) -> Response:
    return Response(body, status, content_type=JSON_TYPE, headers={"ETag": tag})

"""The documented forms of spaces, members and collections."""

from typing import Any, Final

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range, Regexp

from service.auth.policy import ROLES
from service.core.clock import EXAMPLE as NOW
from service.core.names import REALM
from service.http.fields import Integer, Schema, String
from service.spaces.access import EVERY_REALM, REALMS_MAX, SHARED_REALM
from service.spaces.collections import ON_CONFLICT
from service.spaces.index import FIELDS_MAX, INDEX_STATES, INDEX_TYPES, INDEXES_MAX

RETENTION_DAYS_MAX: Final = 3650
REALM_OR_EVERY: Final = rf"{REALM}|^\*$(?!\n)"

SPACE_EXAMPLE: Final = {
    "id": "main",
    "name": "Main",
    "head": 42,
    "epoch": "7k2m9x4c1a",
    "floor": 0,
    "role": "owner",
    "realms": [EVERY_REALM],
    "limits": {"record_bytes_max": 262144, "push_mutations_max": 1000},
    "created_at": NOW,
    "updated_at": NOW,
}
MEMBER_EXAMPLE: Final = {
    "user_id": "usr_01jd8x0000000000000000000a",
    "role": "editor",
    "realms": [SHARED_REALM, "list-7"],
    "version": 1,
    "seq": 7,
    "created_at": NOW,
    "updated_at": NOW,
}
DECLARATION_EXAMPLE: Final = {
    "schema": {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string", "maxLength": 200}, "done": {"type": "boolean"}},
    },
    "indexes": [{"field": "title", "type": "text"}],
    "on_conflict": "merge",
    "retention_days": 90,
}
COLLECTION_EXAMPLE: Final = {
    **DECLARATION_EXAMPLE,
    "name": "todos",
    "indexes": [
        {"name": "title", "fields": [{"field": "title", "type": "text"}], "state": "building"}
    ],
    "version": 1,
    "seq": 3,
    "created_at": NOW,
    "updated_at": NOW,
}


def _name(**options: Any) -> String:
    return String(required=True, validate=Length(1, 200), **options)


def _moment() -> ma.fields.DateTime:
    return ma.fields.DateTime(required=True)


def _realms(**options: Any) -> "ma.fields.List[str]":
    described = {"description": 'Realms by name, or `["*"]` for every realm there is or will be.'}
    return ma.fields.List(
        String(validate=Regexp(REALM_OR_EVERY)),
        validate=Length(max=REALMS_MAX),
        metadata=described,
        **options,
    )


class SpaceNew(Schema):
    """A space to make."""

    name = _name()


class SpacePatch(Schema):
    """What may be changed of a space."""

    name = _name()


class SpaceOut(Schema):
    """A space, and the caller's standing in it."""

    id = String(required=True)
    name = String(required=True)
    head = Integer(required=True, metadata={"description": "seq of the newest change."})
    epoch = String(required=True, metadata={"description": "Names the history seq belongs to."})
    floor = Integer(required=True, metadata={"description": "Older cursors have missed something."})
    role = String(required=True, validate=OneOf(ROLES))
    realms = _realms(required=True)
    limits = ma.fields.Dict(keys=String(), values=Integer(), required=True)
    created_at = _moment()
    updated_at = _moment()


class MemberPut(Schema):
    """A member as they shall be."""

    role = String(required=True, validate=OneOf(ROLES))
    realms = _realms(load_default=lambda: [SHARED_REALM])


class MemberOut(Schema):
    """A member. Members who do not manage members see only the realms of others they are in too."""

    user_id = String(required=True)
    role = String(required=True, validate=OneOf(ROLES))
    realms = _realms(required=True)
    version = Integer(required=True)
    seq = Integer(required=True)
    created_at = _moment()
    updated_at = _moment()


def _field(**options: Any) -> String:
    described = {
        "description": "A dotted path in data, or created_at, updated_at, updated_by or realm."
    }
    return String(validate=Length(1, 260), metadata=described, **options)


class IndexFieldIn(Schema):
    """One field of an index. The record's own fields need no type."""

    field = _field(required=True)
    type = String(validate=OneOf(INDEX_TYPES))


class IndexPut(Schema):
    """An index: ``fields``, or for one field ``field`` and ``type``. ``state`` is not looked at."""

    name = String(validate=Length(1, 64))
    fields_ = ma.fields.List(
        ma.fields.Nested(IndexFieldIn()), data_key="fields", validate=Length(1, FIELDS_MAX)
    )
    field = _field()
    type = String(validate=OneOf(INDEX_TYPES))
    state = String(validate=OneOf(INDEX_STATES))

    @ma.post_load
    def _rename(self, loaded: dict[str, Any], **_context: Any) -> dict[str, Any]:
        return {"fields" if name == "fields_" else name: loaded[name] for name in loaded}


class CollectionPut(Schema):
    """A collection as it shall be; what is left out gets its default."""

    schema = ma.fields.Dict(
        allow_none=True,
        load_default=None,
        metadata={"description": "JSON Schema 2020-12 of a record's data; null takes any object."},
    )
    indexes = ma.fields.List(
        ma.fields.Nested(IndexPut()), validate=Length(max=INDEXES_MAX), load_default=list
    )
    on_conflict = String(validate=OneOf(ON_CONFLICT), load_default="reject")
    retention_days = Integer(
        validate=Range(1, RETENTION_DAYS_MAX),
        load_default=None,
        metadata={"description": "How long tombstones stay. Default: the installation's."},
    )


class IndexFieldOut(Schema):
    """One field of an index."""

    field = _field(required=True)
    type = String(required=True, validate=OneOf(INDEX_TYPES))


class IndexOut(Schema):
    """An index. It can be used once it is ``ready``."""

    name = String(required=True)
    fields_ = ma.fields.List(ma.fields.Nested(IndexFieldOut()), data_key="fields", required=True)
    state = String(required=True, validate=OneOf(INDEX_STATES))


class CollectionOut(Schema):
    """A collection."""

    name = String(required=True)
    schema = ma.fields.Dict(required=True, allow_none=True)
    indexes = ma.fields.List(ma.fields.Nested(IndexOut()), required=True)
    on_conflict = String(required=True, validate=OneOf(ON_CONFLICT))
    retention_days = Integer(required=True)
    version = Integer(required=True)
    seq = Integer(required=True)
    created_at = _moment()
    updated_at = _moment()

"""The documented forms of records. Reading and writing them is too hot for marshmallow."""

import marshmallow as ma
from marshmallow.validate import Length, Range, Regexp

from service.core import names
from service.core.clock import EXAMPLE as NOW
from service.core.jsontext_faults import INTEGER_MAX
from service.http.fields import Boolean, Integer, QueryInteger, Schema, String

DATA_EXAMPLE = {"title": "Milk", "done": False}
RECORD_EXAMPLE = {
    "id": "01932b5e-7c1a-7d2e-9b1f-3d1c5f6a7b8c",
    "collection": "todos",
    "realm": "shared",
    "data": DATA_EXAMPLE,
    "version": 3,
    "seq": 42,
    "created_at": NOW,
    "updated_at": NOW,
    "updated_by": "usr_01jd8x0000000000000000000",
}


def _data(**options: object) -> ma.fields.Dict:
    described = {"description": "Any JSON object that the collection's schema accepts."}
    return ma.fields.Dict(keys=ma.fields.String(), metadata=described, **options)  # type: ignore[arg-type]


def _realm(**options: object) -> String:
    described = {"description": "The circle of members who see it. Default: shared."}
    return String(validate=Regexp(names.REALM), metadata=described, **options)  # type: ignore[arg-type]


class RecordPut(Schema):
    """A record as it shall be."""

    data = _data(required=True)
    realm = _realm()


class RecordNew(RecordPut):
    """A record to create."""

    id = String(
        validate=Regexp(names.RECORD_ID),
        metadata={"description": "Chosen by the client; default: a UUIDv7 of the server's."},
    )


class RecordPatch(Schema):
    """A merge patch of a record."""

    data = _data()
    realm = _realm()


class RecordOut(Schema):
    """A record as it is."""

    id = String(required=True)
    collection = String(required=True)
    realm = _realm(required=True)
    data = _data(required=True, allow_none=True)
    version = Integer(
        required=True, metadata={"description": "Counts from 1, also through deletion."}
    )
    seq = Integer(required=True, metadata={"description": "Its place in the space's log."})
    created_at = ma.fields.DateTime(required=True)
    updated_at = ma.fields.DateTime(required=True)
    updated_by = String(required=True)
    deleted = Boolean(metadata={"description": "True in what is left of a deleted record."})


class RevisionOut(Schema):
    """One version of a record."""

    version = Integer(required=True)
    seq = Integer(required=True)
    op = String(required=True)
    at = ma.fields.DateTime(required=True)
    actor = String(required=True)
    data = _data(required=True, allow_none=True)


class RevisionPage(Schema):
    """Versions, newest first."""

    data = ma.fields.List(ma.fields.Nested(RevisionOut()), required=True, validate=Length(max=100))
    next_before = Integer(required=True, allow_none=True, metadata={"description": "For ?before="})


class RevisionQuery(Schema):
    """Which versions."""

    limit = QueryInteger(
        load_default=20,
        validate=Range(1, 100),
        metadata={"description": "How many at the most."},
    )
    before = QueryInteger(
        validate=Range(1, INTEGER_MAX), metadata={"description": "Only versions below this one."}
    )


class RestorationIn(Schema):
    """Which version to restore."""

    version = Integer(required=True, validate=Range(1))


class RecordQuery(Schema):
    """Which part of a record."""

    fields = String(  # type: ignore[assignment]
        validate=Length(1, 4000),
        metadata={"description": "Members of data, with commas between: only these are sent."},
    )

"""The documented forms of pull and push. Both are too hot for marshmallow: the schemas document."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range, Regexp

from service.core import names
from service.core.signed import TOKEN_CHARACTERS_MAX
from service.http.fields import Boolean, Integer, QueryInteger, Schema, String
from service.records.schemas import DATA_EXAMPLE, RECORD_EXAMPLE, RecordOut
from service.spaces.collections import ON_CONFLICT
from service.sync.pull import ITEMS_MAX

WAIT_SECONDS_MAX = 25

MUTATION_EXAMPLE = {
    "mutation_id": "m-1",
    "op": "put",
    "collection": "todos",
    "id": "milk",
    "base_version": None,
    "data": DATA_EXAMPLE,
}
PUSH_EXAMPLE = {"client_id": "phone-7", "epoch": "q4m0c9w2ja", "mutations": [MUTATION_EXAMPLE]}
RESULT_EXAMPLE = {"mutation_id": "m-1", "status": "applied", "version": 1, "seq": 43}
PUSHED_EXAMPLE = {"results": [RESULT_EXAMPLE], "head": 43, "epoch": "q4m0c9w2ja"}
PAGE_EXAMPLE = {
    "changes": [
        {"op": "put", "record": RECORD_EXAMPLE},
        {"op": "delete", "collection": "todos", "id": "eggs", "version": 4, "seq": 41},
    ],
    "cursor": "eyJ…",
    "more": False,
    "phase": "delta",
    "head": 42,
    "epoch": "q4m0c9w2ja",
}


class ChangesQuery(Schema):
    """Where to go on, and how much."""

    cursor = String(
        validate=Length(1, TOKEN_CHARACTERS_MAX),
        metadata={"description": "From the last answer. Without it: from the beginning."},
    )
    limit = QueryInteger(
        load_default=500,
        validate=Range(1, ITEMS_MAX),
        metadata={"description": "How many changes at the most."},
    )
    collections = String(
        validate=Regexp(names.COLLECTIONS, error="At most 100 names, with commas between."),
        metadata={
            "description": "Names with commas between; the same for the whole life of a cursor."
        },
    )
    wait = QueryInteger(
        load_default=0,
        validate=Range(0, WAIT_SECONDS_MAX),
        metadata={"description": "Seconds to wait for a change if there is none."},
    )


class Change(Schema):
    """One thing to do to the working copy. Doing it twice does no harm."""

    op = String(required=True, validate=OneOf(["put", "delete", "leave", "leave_realm"]))
    record = ma.fields.Nested(
        RecordOut(), metadata={"description": "put: the record as it is now."}
    )
    collection = String()
    id = String()
    version = Integer()
    seq = Integer()
    realm = String(metadata={"description": "leave_realm: forget every record of it; * is all."})


class ChangesPage(Schema):
    """A page of changes, in the order to apply them."""

    changes = ma.fields.List(ma.fields.Nested(Change()), required=True)
    cursor = String(required=True, metadata={"description": "Keep it, with the page applied."})
    more = Boolean(required=True, metadata={"description": "Ask again at once."})
    phase = String(required=True, validate=OneOf(["backfill", "delta"]))
    head = Integer(required=True)
    epoch = String(required=True)


class MutationIn(Schema):
    """One edit of one record."""

    mutation_id = String(required=True, validate=Regexp(names.CLIENT))
    op = String(required=True, validate=OneOf(["put", "patch", "delete"]))
    collection = String(required=True, validate=Regexp(names.COLLECTION))
    id = String(required=True, validate=Regexp(names.RECORD_ID))
    base_version = Integer(
        allow_none=True,
        validate=Range(1),
        metadata={"description": "The version that the edit was based on; null: never seen."},
    )
    data = ma.fields.Dict(allow_none=True, metadata={"description": "put: the whole data."})
    patch = ma.fields.Dict(
        allow_none=True, metadata={"description": "patch: a merge patch of data (RFC 7396)."}
    )
    realm = String(
        allow_none=True,
        validate=Regexp(names.REALM),
        metadata={"description": "Default: where it is; a new record's is shared."},
    )
    on_conflict = String(
        allow_none=True,
        validate=OneOf(ON_CONFLICT),
        metadata={"description": "Default: what the collection says."},
    )


class PushIn(Schema):
    """Edits of one client, in the order they were made."""

    client_id = String(required=True, validate=Regexp(names.CLIENT))
    mutations = ma.fields.List(ma.fields.Nested(MutationIn()), required=True)
    epoch = String(
        allow_none=True,
        validate=Length(max=64),
        metadata={"description": "The epoch that the client last pulled under."},
    )
    atomic = Boolean(load_default=False, metadata={"description": "All of them, or none."})


class ResultOut(Schema):
    """What came of one mutation. It is final: do not send it again."""

    mutation_id = String(required=True)
    status = String(
        required=True,
        validate=OneOf(["applied", "merged", "duplicate", "conflict", "rejected", "forbidden"]),
    )
    version = Integer()
    seq = Integer()
    server = ma.fields.Nested(RecordOut(), allow_none=True)
    fields = ma.fields.List(String(), metadata={"description": "What both sides changed."})  # type: ignore[assignment]
    errors = ma.fields.List(ma.fields.Dict())
    original = ma.fields.Dict(metadata={"description": "duplicate: what it was answered first."})


class PushOut(Schema):
    """One result a mutation, in the order they were sent."""

    results = ma.fields.List(ma.fields.Nested(ResultOut()), required=True)
    head = Integer(required=True)
    epoch = String(required=True)

"""The documented forms of lists. Their parameters are read by ``service.lists.query``."""

import marshmallow as ma
from marshmallow.validate import Length, Range

from service.core.signed import TOKEN_CHARACTERS_MAX
from service.http.fields import QueryInteger, Schema, String
from service.lists.query import LIMIT_DEFAULT, LIMIT_MAX, OFFSET_MAX
from service.records.schemas import RECORD_EXAMPLE, RecordOut, RecordQuery

PAGE_EXAMPLE = {"data": [RECORD_EXAMPLE], "next_cursor": None}


class RecordPage(Schema):
    """A page of a list."""

    data = ma.fields.List(
        ma.fields.Nested(RecordOut()), required=True, validate=Length(max=LIMIT_MAX)
    )
    next_cursor = String(
        required=True, allow_none=True, metadata={"description": "For ?cursor=; null at the end."}
    )


class ListParameters(RecordQuery):
    """Which records, in which order."""

    limit = QueryInteger(
        load_default=LIMIT_DEFAULT,
        validate=Range(1, LIMIT_MAX),
        metadata={"description": "How many records at the most."},
    )
    cursor = String(
        validate=Length(1, TOKEN_CHARACTERS_MAX),
        metadata={"description": "From the page before this one."},
    )
    offset = QueryInteger(
        load_default=0,
        validate=Range(0, OFFSET_MAX),
        metadata={"description": "Records to leave out. A cursor costs less."},
    )
    sort = String(
        validate=Length(max=400),
        metadata={"description": "Fields with commas between; a minus before one descends."},
    )
    filter = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(),
        metadata={
            "description": "`filter[field]=value`, or `filter[field][op]=value` with one of eq, "
            "ne, lt, lte, gt, gte, in, prefix, exists."
        },
    )

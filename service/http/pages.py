"""Lists that are read forward, in the order of one key: ``?limit=&cursor=``.

A cursor is the key of the last item that was read. It is signed together with the path and the
other parameters of the query it came from, so it is good for that list alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import marshmallow as ma
import orjson
from flask import Response, request
from marshmallow.validate import Length, Range

from service.core.errors import InvalidCursor
from service.core.keyring import Keyring
from service.core.signed import TOKEN_CHARACTERS_MAX, BadToken, Signer
from service.http.fields import QueryInteger, Schema, String
from service.http.query import read_query

T = TypeVar("T")

LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 200
_USE: Final = "list cursor"


class PageQuery(Schema):
    """Which part of a list; subclasses add parameters of their own."""

    limit = QueryInteger(
        load_default=LIMIT_DEFAULT,
        validate=Range(1, LIMIT_MAX),
        metadata={"description": "How many at the most."},
    )
    cursor = String(
        validate=Length(1, TOKEN_CHARACTERS_MAX),
        metadata={"description": "The `next_cursor` of the page before."},
    )


@dataclass(frozen=True, slots=True)
class PageWish:
    """Items whose key is above ``after``; ``query`` has the list's other parameters."""

    after: str
    limit: int
    query: dict[str, Any]
    signer: Signer

    def answer(
        self, items: Sequence[T], key: Callable[[T], str], dump: Callable[[T], Any]
    ) -> Response:
        """The page, out of the first ``limit + 1`` items there are."""
        shown = items[: self.limit]
        cursor = None
        if len(items) > self.limit:
            cursor = self.signer.dumps([request.path, self.query, key(shown[-1])])
        body = {"data": [dump(item) for item in shown], "next_cursor": cursor}
        response = Response(orjson.dumps(body), content_type="application/json")
        if cursor is not None:
            following = urlencode({**self.query, "limit": self.limit, "cursor": cursor})
            response.headers["Link"] = f'<{request.path}?{following}>; rel="next"'
        return response


def read_page(schema: PageQuery, keyring: Keyring) -> PageWish:
    """The part that the request's query asks for. Raises Invalid, InvalidCursor."""
    query = read_query(schema)
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    signer = Signer(keyring, _USE)
    after = "" if cursor is None else _after(signer, cursor, query)
    return PageWish(after, limit, query, signer)


def page_schema(item: ma.Schema) -> dict[str, Any]:
    """The documented form of a page of ``item``."""
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "maxItems": LIMIT_MAX, "items": item},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "For `?cursor=`; null on the last page.",
            },
        },
    }


def _after(signer: Signer, cursor: str, query: dict[str, Any]) -> str:
    try:
        path, bound, key = signer.loads(cursor)
    except (BadToken, TypeError, ValueError):
        raise InvalidCursor from None
    if (path, bound) != (request.path, query):
        raise InvalidCursor
    return str(key)

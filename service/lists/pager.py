"""Lists: pages of a collection's records in the order of an index, by cursors that cannot be read.

A cursor holds the keys of the last record of a page, or of the last that was looked at, and a
digest of what it is a position in. That record may be one that its bearer cannot see, so cursors
are sealed, not only signed. A page may be shorter than its limit, because it grew too large or
because too few records on the way matched: only a page without ``next_cursor`` is the last.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import orjson
from sqlalchemy import Connection

from service.core.errors import InvalidCursor
from service.core.keyring import Keyring
from service.core.signed import BadToken, Sealer
from service.lists.choice import walk_for
from service.lists.errors import CursorMismatch
from service.lists.kinds import Key
from service.lists.page import ListPage
from service.lists.query import ListQuery
from service.lists.reading import Reading
from service.lists.walks import Walk
from service.spaces.access import Access
from service.spaces.collections import Collection

DIGEST_BYTES: Final = 8


class Pager:
    """Reads pages, and seals where each of them ends."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring, "record list cursor")

    def page(
        self, connection: Connection, access: Access, collection: Collection, query: ListQuery
    ) -> ListPage:
        """One page of what ``access`` sees, read on a connection that is ``walking``.

        Raises NotIndexed, IndexNotReady, InvalidCursor, CursorMismatch, OffsetTooFar, and Invalid
        for a value that its field does not take.
        """
        walk = walk_for(connection.dialect.name, access.space, collection, query)
        digest = _digest(access.space, collection.name, query, walk)
        reading = Reading(connection, access, collection.name, walk)
        if query.cursor is not None:
            reading.go_on_behind(self._position(query.cursor, digest))
        reading.skip(query.offset)
        rows, position = reading.page(query.limit)
        cursor = None if position is None else self._sealer.dumps([digest, *position])
        return ListPage(rows, cursor)

    def _position(self, cursor: str, digest: bytes) -> Sequence[Key]:
        try:
            made_for, *keys = self._sealer.loads(cursor)
        except BadToken as error:
            raise InvalidCursor from error
        if made_for != digest:
            raise CursorMismatch
        position: Sequence[Key] = keys
        return position


def _digest(space: str, collection: str, query: ListQuery, walk: Walk) -> bytes:
    order = [
        (column.field.path, column.field.kind.name, column.descending) for column in walk.order
    ]
    filters = [tuple(wanted) for wanted in query.filters]
    what = orjson.dumps([space, collection, filters, order])
    return blake2b(what, digest_size=DIGEST_BYTES).digest()

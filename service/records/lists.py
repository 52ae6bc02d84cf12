"""Lists: pages of a collection's records in the order of an index, by cursors that cannot be read.

A cursor holds the keys of the last record of a page, or of the last that was looked at, and a digest
of what it is a position in. That record may be one that its bearer cannot see, so cursors are sealed,
not only signed. A page may be shorter than its limit, because it grew too large or because too few
records on the way matched: only a page without ``next_cursor`` is the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from service.core.errors import InvalidCursor
from service.core.keyring import Keyring
from service.core.signed import BadToken, Sealer
from service.core.sql import Row, list_of
from service.records.choice import walk_for
from service.records.errors import CursorMismatch, OffsetTooFar
from service.records.kinds import Key
from service.records.listing import ListQuery
from service.records.walk_sql import COLUMNS, PageStatement, compiled
from service.records.walks import BY_SEQ, Walk
from service.spaces.access import Access
from service.spaces.collections import Collection

ROWS_AT_ONCE_MAX: Final = 251
PAGE_BYTES_MAX: Final = 8 * 2**20
DIGEST_BYTES: Final = 8

_REALM = COLUMNS.index("realm")
_SEQ = COLUMNS.index("seq")
_DATA = COLUMNS.index("data")


@dataclass(frozen=True, slots=True)
class ListPage:
    """``rows`` begin with COLUMNS; ``next_cursor`` is None on the last page."""

    rows: list[Row]
    next_cursor: str | None


class Lists:
    """Reads pages."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring, "list cursor")

    def page(
        self, connection: Connection, access: Access, collection: Collection, query: ListQuery
    ) -> ListPage:
        """One page of what ``access`` sees.

        Raises NotIndexed, IndexNotReady, InvalidCursor, CursorMismatch, OffsetTooFar, and Invalid
        for a value that its field does not take.
        """
        walk = walk_for(connection.dialect.name, access.space, collection, query)
        reading = _Reading(connection, access, collection.name, walk)
        digest = _digest(access.space, collection.name, query, walk)
        after = self._position(query.cursor, digest)
        rows, position = reading.collect(after, query.limit, query.offset)
        cursor = None if position is None else self._sealer.dumps([digest, *position])
        return ListPage(rows, cursor)

    def _position(self, cursor: str | None, digest: bytes) -> Sequence[Key] | None:
        if cursor is None:
            return None
        try:
            made_for, *keys = self._sealer.loads(cursor)
        except BadToken as error:
            raise InvalidCursor from error
        if made_for != digest:
            raise CursorMismatch
        position: Sequence[Key] = keys
        return position


class _Reading:
    """One walk, read statement by statement until a page is full."""

    def __init__(self, connection: Connection, access: Access, collection: str, walk: Walk) -> None:
        dialect = connection.dialect.name
        self._connection = connection
        self._walk = walk
        self._statement = PageStatement(walk, dialect)
        self._all_visible = access.sees_every_realm
        self._parameters: dict[str, Any] = {
            "space": access.space,
            "collection": collection,
            "realms": list_of(connection, sorted(access.realms)),
            **{f"h{n}": each.argument(dialect) for n, each in enumerate(walk.holding)},
            **{f"a{n}": each.argument(dialect) for n, each in enumerate(walk.asking)},
        }

    def collect(
        self, after: Sequence[Key] | None, limit: int, offset: int
    ) -> tuple[list[Row], Sequence[Key] | None]:
        """The rows of a page, and the keys of the position behind it unless it is the last."""
        rows: list[Row] = []
        edge: Sequence[Key] | None = None
        for found, stopped_at in self._batches(after, limit + 1, offset):
            rows += found
            edge = stopped_at
            if len(rows) > limit or _bytes(rows) > PAGE_BYTES_MAX:
                break
        kept = _cut(rows[:limit])
        return kept, self._keys_of(kept[-1]) if len(kept) < len(rows) else edge

    def _batches(
        self, after: Sequence[Key] | None, wanted: int, offset: int
    ) -> Iterator[tuple[list[Row], Sequence[Key] | None]]:
        """Rows in order; at the end of all that one page may look at, the keys of that place."""
        stretches = self._walk.stretches(after)
        while stretches:
            count = min(wanted, ROWS_AT_ONCE_MAX)
            rows = self._rows(stretches.pop(0), after, count, offset)
            edge = self._edge_of(rows, offset)
            yield rows, edge
            if edge is not None:
                return
            wanted -= len(rows)
            offset = 0
            if len(rows) == count:
                after = self._keys_of(rows[-1])
                stretches = self._walk.stretches(after)

    def _rows(
        self, stretch: int | None, after: Sequence[Key] | None, count: int, offset: int
    ) -> list[Row]:
        text = self._statement.text(stretch, all_visible=self._all_visible, skips=offset > 0)
        keys = {f"k{n}": key for n, key in enumerate(after or ())}
        parameters = {**self._parameters, **keys, "rows": count, "skip": offset}
        return compiled(text).rows(self._connection, **parameters)

    def _edge_of(self, rows: list[Row], offset: int) -> Sequence[Key] | None:
        if not rows or rows[-1][_REALM] is not None:
            return None
        if offset:
            raise OffsetTooFar
        return self._keys_of(rows.pop())

    def _keys_of(self, row: Row) -> Sequence[Key]:
        unique = row[_SEQ] if self._walk.way is BY_SEQ else row[0]
        return (*row[len(COLUMNS) :], unique)


def _digest(space: str, collection: str, query: ListQuery, walk: Walk) -> bytes:
    order = [
        (column.field.path, column.field.kind.name, column.descending) for column in walk.order
    ]
    filters = [tuple(wanted) for wanted in query.filters]
    what = orjson.dumps([space, collection, filters, order])
    return blake2b(what, digest_size=DIGEST_BYTES).digest()


def _bytes(rows: Sequence[Row]) -> int:
    return sum(len(row[_DATA]) for row in rows)


def _cut(rows: list[Row]) -> list[Row]:
    """As many of ``rows`` as are not too large together, and one in any case."""
    if _bytes(rows) <= PAGE_BYTES_MAX:
        return rows
    total = 0
    for n, row in enumerate(rows):
        total += len(row[_DATA])
        if total > PAGE_BYTES_MAX:
            return rows[: max(n, 1)]
    return rows

"""Reading a walk, statement by statement, until a page is full or enough was looked at."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from sqlalchemy import Connection

from service.core.sql import Row, list_of
from service.lists.errors import OffsetTooFar
from service.lists.kinds import Key
from service.lists.walk_sql import DATA, WalkSql
from service.lists.walks import Walk
from service.spaces.access import Access

ROWS_AT_ONCE_MAX: Final = 251
LOOKED_AT_MAX: Final = 5_000
LOOKED_AT_TO_SKIP_MAX: Final = 15_000
PAGE_BYTES_MAX: Final = 8 * 2**20

_SIZES = (16, 64, ROWS_AT_ONCE_MAX)
"""Planners have to see a LIMIT, so it is part of a statement's text, and texts shall be few."""


class Reading:
    """Where one request is on a walk: behind the record with the keys ``position``."""

    def __init__(self, connection: Connection, access: Access, collection: str, walk: Walk) -> None:
        self._connection = connection
        self._sql = WalkSql(walk, connection.dialect.name, sees_all=access.sees_every_realm)
        self._arguments = {
            "space": access.space,
            "collection": collection,
            "realms": list_of(connection, sorted(access.realms)),
        }
        self._walk = walk
        self._stretches = walk.stretches()
        self._looked_at = 0
        self.position: Sequence[Key] = ()

    def go_on_behind(self, keys: Sequence[Key]) -> None:
        """Continue behind the record with these keys."""
        self.position = keys
        self._stretches = self._walk.stretches_behind(keys)

    def skip(self, offset: int) -> None:
        """Pass ``offset`` records that the caller may see. Raises OffsetTooFar."""
        while offset and self._stretches:
            if self._looked_at >= LOOKED_AT_TO_SKIP_MAX:
                raise OffsetTooFar
            offset -= len(self._next(min(offset, ROWS_AT_ONCE_MAX), lean=True))
        self._looked_at = 0

    def page(self, limit: int) -> tuple[list[Row], Sequence[Key] | None]:
        """The rows of a page, and the keys of the place behind it; None when it is the last."""
        rows: list[Row] = []
        sizes = sorted({*_SIZES, min(limit + 1, ROWS_AT_ONCE_MAX)})
        while self._stretches and self._looked_at < LOOKED_AT_MAX:
            wanted = limit + 1 - len(rows)
            needed = wanted * (self._looked_at + 1) / (len(rows) + 1)  # if it goes on as it went
            rows += self._next(next((size for size in sizes if size >= needed), sizes[-1]))
            if len(rows) > limit or _weight(rows) > PAGE_BYTES_MAX:
                break
        kept = rows[:limit]
        if _weight(kept) > PAGE_BYTES_MAX:
            kept = kept[: _fitting(kept)]
        if len(kept) < len(rows):
            return kept, self._sql.keys_of(kept[-1])
        return kept, self.position if self._stretches else None

    def _next(self, count: int, *, lean: bool = False) -> list[Row]:
        """What passes of the next ``count`` records of this stretch."""
        statement, arguments = self._sql.statement(self._stretches[0], count, lean=lean)
        rows = statement.rows(self._connection, **self._arguments, **arguments)
        self._looked_at += len(rows)
        if len(rows) == count:
            self.go_on_behind(self._sql.keys_of(rows[-1]))
        else:
            self._stretches.pop(0)
            self.position = self._sql.keys_of(rows[-1]) if rows else self.position
        return [row for row in rows if row[DATA] is not None]


def _weight(rows: Sequence[Row]) -> int:
    return sum([len(row[DATA]) for row in rows])


def _fitting(rows: Sequence[Row]) -> int:
    """How many of ``rows`` fit into a page; one does in any case."""
    totals = accumulate(len(row[DATA]) for row in rows)
    return max(sum(total <= PAGE_BYTES_MAX for total in totals), min(len(rows), 1))

"""What is sent to one caller: backfills of live rows, then the delta in the order of the log.

The algorithm was model-checked before it was written, and its two traps are marked where they lie.
The delta reads three streams over the same stretch of the log: rows, moves and the caller's
membership. The last two are rare, so rows are sent in runs between them. Within one seq the move or
membership comes before the row, a page never ends inside a seq, and never goes beyond what all
three streams have read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from service.core.sql import Row
from service.records.record import Record
from service.spaces.access import Access
from service.sync import page as text
from service.sync import scan
from service.sync.cursor import Cursor
from service.sync.page import Page
from service.sync.scan import Event, Marker, Stretch

_COLLECTION = Record._fields.index("collection")
_SEQ = Record._fields.index("seq")
_DELETED = Record._fields.index("deleted")
_seq_of = itemgetter(_SEQ)


class Reader(NamedTuple):
    """Who reads, on which connection, and which collections they asked for (none: all)."""

    connection: Connection
    access: Access
    collections: frozenset[str]

    def wants(self, collection: str) -> bool:
        """Whether the request is about ``collection``."""
        return not self.collections or collection in self.collections

    def wants_live(self, row: Row) -> bool:
        """The same of a row, which has to be there as well."""
        return not row[_DELETED] and self.wants(row[_COLLECTION])

    def rows(self, stretch: Stretch, realm: str = "") -> list[Row]:
        """The visible rows of ``stretch``."""
        wanted = sorted(self.collections)
        return scan.rows(self.connection, self.access, stretch, realm=realm, collections=wanted)

    def events(self, after: int, upto: int) -> list[Event]:
        """The caller's membership events of the same stretch."""
        access = self.access
        return scan.events(self.connection, access.space, access.user_id, after, upto)


def backfill(page: Page, cursor: Cursor, reader: Reader) -> Cursor:
    """Add live rows of the first backfill to ``page``; the cursor after them."""
    realm, after, upto = cursor.backfills[0]
    if realm and not reader.access.sees(realm):
        return cursor.filled(None)
    stretch = Stretch(after, upto, page.appetite)
    rows = reader.rows(stretch, realm)
    if not page.add_all([text.put(row) for row in rows if reader.wants_live(row)]):
        for row in rows:
            if not page.room:
                return cursor.filled(after)
            if reader.wants_live(row):
                page.add(text.put(row))
            after = row[_SEQ]
    end = stretch.end([row[_SEQ] for row in rows])
    return cursor.filled(end if end < upto else None)


def extend(page: Page, cursor: Cursor, head: int, reader: Reader) -> Cursor:
    """Add what happened after ``cursor.c`` to ``page``; the cursor after it.

    One scan: afterwards the page is full, or the cursor is at ``head``, or there is more to scan.
    """
    stretch = Stretch(cursor.c, head, page.appetite)
    rows = reader.rows(stretch)
    markers = scan.markers(reader.connection, reader.access, stretch)
    events = reader.events(cursor.c, head)
    complete_to = min(
        stretch.end([row[_SEQ] for row in rows]),
        stretch.end([marker.seq for marker in markers]),
        stretch.end_of_events([event.seq for event in events]),
    )
    return _Walk(page, cursor, reader).go(rows, [*markers, *events], complete_to)


class _Walk:
    """Goes through what one scan found, in the order of seq, until the page is full."""

    def __init__(self, page: Page, cursor: Cursor, reader: Reader) -> None:
        self._page = page
        self._cursor = cursor
        self._reader = reader

    def go(self, rows: list[Row], turns: Sequence[Marker | Event], complete_to: int) -> Cursor:
        """The cursor after as much of it as the page has room for."""
        c, start = self._cursor.c, 0
        for seq, together in _by_seq(turns, complete_to):
            stop = bisect_left(rows, seq, lo=start, key=_seq_of)
            sent = self._send(rows, start, stop)
            if sent < stop or not self._page.room:
                return self._at(rows, sent, c)
            for turn in together:
                self._turn(turn)
            start = self._send_same(rows, stop, seq)
            c = seq
        stop = bisect_right(rows, complete_to, lo=start, key=_seq_of)
        sent = self._send(rows, start, stop)
        return self._at(rows, sent, c) if sent < stop else replace(self._cursor, c=complete_to)

    def _at(self, rows: list[Row], sent: int, c: int) -> Cursor:
        """The cursor after the first ``sent`` rows and the turns up to ``c``."""
        return replace(self._cursor, c=max(c, rows[sent - 1][_SEQ] if sent else 0))

    def _send(self, rows: list[Row], start: int, stop: int) -> int:
        """Send rows while there is room; how many of ``rows`` are sent then."""
        page, wants = self._page, self._reader.wants
        run = rows[start:stop]
        if page.add_all([text.change(row) for row in run if wants(row[_COLLECTION])]):
            return stop
        for n, row in enumerate(run, start):
            if not page.room:
                return n
            if wants(row[_COLLECTION]):
                page.add(text.change(row))
        return stop

    def _send_same(self, rows: list[Row], start: int, seq: int) -> int:
        """Send the row of ``seq`` itself, room or not: a seq is never split over two pages."""
        if start == len(rows) or rows[start][_SEQ] != seq:
            return start
        row = rows[start]
        if self._reader.wants(row[_COLLECTION]):
            self._page.add(text.change(row))
        return start + 1

    def _turn(self, turn: Marker | Event) -> None:
        if isinstance(turn, Marker):
            self._move(turn)
        elif turn.op == "revoke":
            self._cursor = self._cursor.revoked(turn.realm)
            self._page.add(text.leave_realm(turn.realm))
        else:
            self._cursor = self._cursor.granted(turn.realm, turn.seq)

    def _move(self, marker: Marker) -> None:
        if not self._reader.wants(marker.collection):
            return
        record = marker.record
        if record is None or record.deleted:
            if self._reader.access.sees(marker.from_realm):
                self._page.add(text.leave(marker.collection, marker.id))
        elif record.seq != marker.seq:
            # Trap: the current row must go out here, not when its own seq comes. By then the caller
            # may have lost the right to it, and would keep the copy it has from the other realm.
            self._page.add(text.put(record))


def _by_seq(
    turns: Sequence[Marker | Event], complete_to: int
) -> Iterator[tuple[int, list[Marker | Event]]]:
    ordered = sorted((turn for turn in turns if turn.seq <= complete_to), key=attrgetter("seq"))
    for seq, together in groupby(ordered, key=attrgetter("seq")):
        yield seq, list(together)

"""Reading a stretch of a space in the order of its log: rows, move markers, membership events.

Every scan reads a bounded number of index entries, whatever it finds, and says up to which seq it
is complete. Rights are in the statements: rows of realms that the caller is not in are never read.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from service.core.sql import Hot, Row, list_of
from service.records.record import Record
from service.spaces.access import Access

_ALL = ", ".join(f"r.{name}" for name in Record._fields)
_OF_COLLECTIONS = _ALL.replace(
    "r.data", "CASE WHEN IN_LIST(r.collection, :collections) THEN r.data END"
)
_MARKERS = Hot(
    "SELECT m.seq, m.collection, m.id, m.from_realm,"  # noqa: S608 - constants only; values are parameters
    f" {_ALL}"
    " FROM (SELECT * FROM move_markers WHERE space = :space AND seq > :after AND seq <= :upto"
    " ORDER BY seq LIMIT :rows_max) m LEFT JOIN records r ON r.space = :space"
    " AND r.collection = m.collection AND r.id = m.id AND IN_LIST(r.realm, :realms)"
    " ORDER BY m.seq"
)
_EVENTS = Hot(
    "SELECT seq, op, realm FROM member_events WHERE space = :space AND user_id = :user_id"
    " AND seq > :after AND seq <= :upto ORDER BY seq, realm LIMIT :rows_max"
)


EVENTS_MAX = 500
"""More than one change of a member can make, so that a scan always gets on."""


class Marker(NamedTuple):
    """A record left ``from_realm``; ``record`` is what it is now, if the caller may see it."""

    seq: int
    collection: str
    id: str
    from_realm: str
    record: Record | None


class Event(NamedTuple):
    """The caller was let into a realm, or out of it."""

    seq: int
    op: str
    realm: str


class Stretch(NamedTuple):
    """``after < seq <= upto`` of a space, at most ``rows_max`` rows and as many markers."""

    after: int
    upto: int
    rows_max: int

    def end(self, seqs: Sequence[int]) -> int:
        """Up to which seq a scan of rows or markers that found ``seqs`` is complete."""
        return seqs[-1] if len(seqs) >= self.rows_max else self.upto

    def end_of_events(self, seqs: Sequence[int]) -> int:
        """The same of events, where several share a seq: the last one may not be whole."""
        return seqs[-1] - 1 if len(seqs) >= EVENTS_MAX else self.upto


def rows(
    connection: Connection,
    access: Access,
    stretch: Stretch,
    *,
    realm: str = "",
    collections: Sequence[str] = (),
) -> list[Row]:
    """Records in the order of seq, as Record's columns; of other collections without data.

    ``realm`` narrows to one of those the caller is in; empty is all of them.
    """
    columns = _OF_COLLECTIONS if collections else _ALL
    params = {
        **stretch._asdict(),
        "space": access.space,
        "collections": list_of(connection, collections),
    }
    if access.sees_every_realm and not realm:
        return _rows(columns).rows(connection, **params)
    realms = [name for name in sorted(access.realms) if realm in ("", name)]
    if access.sees_every_realm:
        realms = [realm]
    named = {f"realm_{n}": name for n, name in enumerate(realms)}
    return (
        _rows_of_realms(columns, len(realms)).rows(connection, **params, **named) if realms else []
    )


def markers(connection: Connection, access: Access, stretch: Stretch) -> list[Marker]:
    """Moves in the order of seq. Whoever sees every realm is told of none: nothing left them."""
    if access.sees_every_realm:
        return []
    realms = list_of(connection, sorted(access.realms))
    found = _MARKERS.rows(connection, space=access.space, realms=realms, **stretch._asdict())
    return [_marker(row) for row in found]


def events(connection: Connection, space: str, user_id: str, after: int, upto: int) -> list[Event]:
    """The caller's membership events with ``after < seq <= upto``, in order; EVENTS_MAX at most."""
    params = {"after": after, "upto": upto, "rows_max": EVENTS_MAX}
    found = _EVENTS.rows(connection, space=space, user_id=user_id, **params)
    return [Event(*row) for row in found]


def _marker(row: Row) -> Marker:
    seq, collection, id_, from_realm, *columns = row
    record = Record._make(columns) if columns[0] is not None else None
    return Marker(seq, collection, id_, from_realm, record)


@lru_cache
def _rows(columns: str) -> Hot:
    return Hot(
        f"SELECT {columns} FROM records r WHERE r.space = :space"  # noqa: S608 - constants only; values are parameters
        " AND r.seq > :after AND r.seq <= :upto ORDER BY r.seq LIMIT :rows_max"
    )


@lru_cache(maxsize=128)
def _rows_of_realms(columns: str, count: int) -> Hot:
    """One index range a realm, merged by seq before any row is fetched."""
    ranges = " UNION ALL ".join(
        "SELECT seq FROM (SELECT seq FROM records WHERE space = :space"  # noqa: S608 - constants only; values are parameters
        f" AND realm = :realm_{n} AND seq > :after AND seq <= :upto"
        f" ORDER BY seq LIMIT :rows_max) AS realm_{n}"
        for n in range(count)
    )
    return Hot(
        f"SELECT {columns} FROM (SELECT seq FROM ({ranges}) AS realms"  # noqa: S608 - constants only; values are parameters
        " ORDER BY seq LIMIT :rows_max) w CROSS JOIN records r"
        " WHERE r.space = :space AND r.seq = w.seq ORDER BY r.seq"
    )

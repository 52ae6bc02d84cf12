"""A page of changes while it fills up: JSON texts, counted and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from service.core.sql import Row
from service.records.record import Record, as_json

ROWS_AT_FIRST = 64
ROWS_AT_ONCE_MAX = 256

_DELETED = Record._fields.index("deleted")


@dataclass(slots=True)
class Page:
    """At most ``items_max`` items and about ``bytes_max`` bytes; a single item may be larger."""

    items_max: int
    bytes_max: int
    texts: list[str] = field(default_factory=list)
    """One item each, or several with commas between."""
    count: int = 0
    bytes: int = 0

    @property
    def room(self) -> int:
        """How many more items fit; 0 when the bytes are spent."""
        return self.items_max - self.count if self.bytes < self.bytes_max else 0

    @property
    def appetite(self) -> int:
        """How many rows to read next, so that rows of any size take bounded memory."""
        if not self.count:
            return min(self.room, ROWS_AT_FIRST)
        left, each = self.bytes_max - self.bytes, self.bytes / self.count
        return max(1, min(self.room, ROWS_AT_ONCE_MAX, int(left / each) + 1))

    def add(self, item: str) -> None:
        """Add one item."""
        self._add(item, 1, _weight(item))

    def add_all(self, items: Sequence[str]) -> bool:
        """Add ``items`` if there is room for all of them, else none; whether there was."""
        if not items:
            return True
        text = ",".join(items)
        weight = _weight(text)
        fits = len(items) <= self.room and self.bytes + weight <= self.bytes_max
        if fits:
            self._add(text, len(items), weight)
        return fits

    def _add(self, text: str, count: int, weight: int) -> None:
        self.texts.append(text)
        self.count += count
        self.bytes += weight


def change(row: Row) -> str:
    """What became of a record. ``row`` has the columns of Record."""
    return delete(row) if row[_DELETED] else put(row)


def put(row: Row) -> str:
    """A record that is there, as it is now. ``row`` has the columns of Record."""
    return f'{{"op":"put","record":{as_json(row)}}}'


def delete(row: Row) -> str:
    """A record that is no longer there."""
    collection, id_, _, version, seq, *_ = row
    return (
        f'{{"op":"delete","collection":"{collection}","id":"{id_}",'
        f'"version":{version},"seq":{seq}}}'
    )


def leave(collection: str, id_: str) -> str:
    """A record that the caller may no longer see; nothing more is said of it."""
    return f'{{"op":"leave","collection":"{collection}","id":"{id_}"}}'


def leave_realm(realm: str) -> str:
    """A whole realm that the caller may no longer see."""
    return f'{{"op":"leave_realm","realm":"{realm}"}}'


def _weight(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def document(changes: Sequence[str], **about: str | int | bool) -> bytes:
    """The answer's JSON: the changes as they are, and what else is to be said."""
    head = orjson.dumps(about)
    return b'{"changes":[' + ",".join(changes).encode() + b"]," + head[1:]

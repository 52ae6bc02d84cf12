"""A page of changes while it fills up: JSON texts, counted and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from service.core.sql import Row
from service.records.record import as_json

ROWS_AT_FIRST = 64
ROWS_AT_ONCE_MAX = 256


@dataclass(slots=True)
class Page:
    """At most ``items_max`` items and about ``bytes_max`` bytes; a single item may be larger."""

    items_max: int
    bytes_max: int
    items: list[str] = field(default_factory=list)
    bytes: int = 0

    @property
    def room(self) -> int:
        """How many more items fit; 0 when the bytes are spent."""
        return self.items_max - len(self.items) if self.bytes < self.bytes_max else 0

    @property
    def appetite(self) -> int:
        """How many rows to read next, so that rows of any size take bounded memory."""
        if not self.items:
            return min(self.room, ROWS_AT_FIRST)
        left, each = self.bytes_max - self.bytes, self.bytes / len(self.items)
        return max(1, min(self.room, ROWS_AT_ONCE_MAX, int(left / each) + 1))

    def add(self, item: str) -> None:
        """Add one item."""
        self.items.append(item)
        self.bytes += len(item) if item.isascii() else len(item.encode())


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


def document(changes: Sequence[str], **about: str | int | bool) -> bytes:
    """The answer's JSON: the changes as they are, and what else is to be said."""
    head = orjson.dumps(about)
    return b'{"changes":[' + ",".join(changes).encode() + b"]," + head[1:]

"""The log: the one place where a space's sequence grows.

A transaction that appends locks the space's row first and reads everything it decides by under that
lock. Numbers are allotted to accepted changes only and ``head`` is set once, at the end. So the
sequence has no gaps, becomes visible in order, and two writers can never both build on the same
version.

A wake-up is published after the commit and may be lost; the log is the truth every reader follows.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from service.changes.errors import SpaceNotFound
from service.changes.tables import changes
from service.core import clock
from service.core.bulk import Bulk
from service.core.db import Database
from service.core.sql import Hot
from service.events.bus import Bus

T = TypeVar("T")

_LOCK = Hot(
    "SELECT head, epoch, config_seq FROM spaces WHERE id = :space",
    postgresql="SELECT head, epoch, config_seq FROM spaces WHERE id = :space FOR UPDATE",
)
_SET_HEAD = Hot(
    "UPDATE spaces SET head = :head, config_seq = :config_seq, updated_at = :at WHERE id = :space"
)
_INSERT = Bulk(changes)


class OpenLog:
    """A space's log while its row is locked: allots numbers and collects what they stand for."""

    __slots__ = (
        "_pending",
        "_started_at_head",
        "at",
        "config_seq",
        "epoch",
        "head",
        "space",
    )

    def __init__(self, space: str, row: tuple[int, str, int]) -> None:
        self.space = space
        self.head, self.epoch, self.config_seq = row
        self.at = clock.timestamp()
        self._started_at_head = self.head
        self._pending: list[tuple[object, ...]] = []

    def append(
        self, kind: str, op: str, id_: str, *, version: int, actor: str, **about: str | None
    ) -> int:
        """Append one change; its seq. ``about``: ``collection``, and ``before`` (JSON text)."""
        self.head += 1
        collection, before = about.get("collection"), about.get("before")
        self._pending.append(
            (self.space, self.head, kind, collection, id_, version, op, actor, self.at, before)
        )
        return self.head

    def configured(self) -> None:
        """The newest change is one of members or collections: what was cached is stale."""
        self.config_seq = self.head

    def flush(self, connection: Connection) -> None:
        """Write what was appended and set the head, once."""
        if self.head == self._started_at_head:
            return
        _INSERT.insert(connection, self._pending)
        _SET_HEAD.run(
            connection, space=self.space, head=self.head, config_seq=self.config_seq, at=self.at
        )


def topic_of(space: str) -> str:
    """What the bus calls news of the space."""
    return f"space:{space}"


def _nothing(_connection: Connection) -> None:
    """Nothing has to be prepared."""


class Log:
    """Writing transactions on spaces, and the wake-ups that follow them."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._bus = bus

    def write(
        self,
        space: str,
        body: "Callable[[Connection, OpenLog], T]",
        prepare: Callable[[Connection], None] = _nothing,
    ) -> T:
        """Run ``body(connection, open_log)`` with the space locked, commit, wake its readers.

        ``prepare(connection)`` runs before, in the same transaction: what needs no lock goes there.
        """
        return self.write_spaces({space: body}, prepare)[space]

    def write_spaces(
        self,
        bodies: "Mapping[str, Callable[[Connection, OpenLog], T]]",
        prepare: Callable[[Connection], None] = _nothing,
    ) -> dict[str, T]:
        """The same for several spaces in one transaction, locked in the order of their names."""

        def transaction(connection: Connection) -> dict[str, tuple[T, int]]:
            prepare(connection)
            return {space: _locked(connection, space, bodies[space]) for space in sorted(bodies)}

        outcomes = self._db.write(transaction)
        for space, (_, head) in outcomes.items():
            self._bus.publish(topic_of(space), str(head))
        return {space: result for space, (result, _) in outcomes.items()}


def _locked(
    connection: Connection, space: str, body: "Callable[[Connection, OpenLog], T]"
) -> tuple[T, int]:
    with appending(connection, space) as log:
        result = body(connection, log)
    return result, log.head


@contextmanager
def appending(connection: Connection, space: str) -> Iterator[OpenLog]:
    """The locked log of ``space`` inside a transaction that is open already."""
    row = _LOCK.row(connection, space=space)
    if row is None:
        raise SpaceNotFound
    log = OpenLog(space, row)
    yield log
    log.flush(connection)

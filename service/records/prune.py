"""Forgetting what is old: tombstones, moves and membership events, history, answers to mutations.

A cursor that is older than something forgotten could miss it, so the space's ``floor`` rises to the
newest tombstone, move or event that goes, in the transaction in which it goes. History carries no
cursor. Each step takes a bounded bite, and the space is free in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection

from service.changes.log import Log, OpenLog
from service.changes.tables import changes, spaces
from service.core import clock
from service.core.db import Database
from service.core.sql import Hot
from service.spaces.tables import collections

BITE_ROWS_MAX = 1000

_TOMBSTONES = Hot(
    "DELETE FROM records WHERE space = :space AND deleted AND seq IN (SELECT seq FROM records"
    " WHERE space = :space AND collection = :name AND deleted AND seq <= :cut"
    " ORDER BY seq LIMIT :bite) RETURNING seq"
)
_WITH_TOMBSTONES = Hot("SELECT DISTINCT collection FROM records WHERE space = :space AND deleted")
_MOVES = Hot(
    "DELETE FROM move_markers WHERE space = :space AND seq IN (SELECT seq FROM move_markers"
    " WHERE space = :space AND seq <= :cut ORDER BY seq LIMIT :bite) RETURNING seq"
)
_EVENTS = Hot(
    "DELETE FROM member_events WHERE space = :space AND seq IN (SELECT seq FROM member_events"
    " WHERE space = :space AND seq <= :cut ORDER BY seq LIMIT :bite) RETURNING seq"
)
_HISTORY = Hot(
    "DELETE FROM changes WHERE space = :space AND seq IN (SELECT seq FROM changes"
    " WHERE space = :space AND seq <= :cut ORDER BY seq LIMIT :bite) RETURNING seq"
)
_AT = Hot("SELECT seq, at FROM changes WHERE space = :space AND seq >= :seq ORDER BY seq LIMIT 1")
_FLOOR = Hot("UPDATE spaces SET floor = :floor WHERE id = :space AND floor < :floor")
_ANSWERS = Hot(
    "DELETE FROM mutation_results WHERE at_ms < :before_ms AND at_ms <= (SELECT max(at_ms) FROM"
    " (SELECT at_ms FROM mutation_results WHERE at_ms < :before_ms ORDER BY at_ms LIMIT :bite) b)"
)


@dataclass(frozen=True, slots=True)
class Bite:
    """One bounded step: ``statement`` deletes what is at or below ``cut``."""

    statement: Hot
    cut: int
    raises_floor: bool
    name: str = ""


class Pruner:
    """Forgets, space by space, what its retention no longer asks to be kept."""

    def __init__(self, db: Database, log: Log, retention_days: int, answer_days: int) -> None:
        self._db = db
        self._log = log
        self._retention_days = retention_days
        self._answer_days = answer_days

    def prune(self, now_ms: int | None = None) -> int:
        """Forget what is old at ``now_ms``; the number of rows that went."""
        now_ms = clock.now_ms() if now_ms is None else now_ms
        with self._db.reading() as connection:
            names = connection.execute(sa.select(spaces.c.id)).scalars().all()
        return sum(self._prune_space(name, now_ms) for name in names) + self._prune_answers(now_ms)

    def _prune_space(self, space: str, now_ms: int) -> int:
        with self._db.reading() as connection:
            bites = list(self._bites(connection, space, now_ms))
        return sum(self._eat(space, bite) for bite in bites)

    def _bites(self, connection: Connection, space: str, now_ms: int) -> Iterator[Bite]:
        def cut(days: int) -> int:
            return newest_before(connection, space, clock.timestamp(now_ms - days * clock.DAY_MS))

        of_space = sa.select(collections.c.name, collections.c.retention_days).where(
            collections.c.space == space
        )
        retentions = {row.name: row.retention_days for row in connection.execute(of_space)}
        longest = max([self._retention_days, *retentions.values()])
        for (name,) in _WITH_TOMBSTONES.rows(connection, space=space):
            days = retentions.get(name, longest)  # a collection can be gone before its tombstones
            yield Bite(_TOMBSTONES, cut(days), raises_floor=True, name=name)
        yield Bite(_MOVES, cut(longest), raises_floor=True)
        yield Bite(_EVENTS, cut(longest), raises_floor=True)
        yield Bite(_HISTORY, cut(longest), raises_floor=False)

    def _eat(self, space: str, bite: Bite) -> int:
        eaten, total = BITE_ROWS_MAX, 0
        while eaten >= BITE_ROWS_MAX and bite.cut:
            eaten = self._log.write(space, partial(_bite, bite))
            total += eaten
        return total

    def _prune_answers(self, now_ms: int) -> int:
        before_ms = now_ms - self._answer_days * clock.DAY_MS
        eaten, total = BITE_ROWS_MAX, 0
        while eaten >= BITE_ROWS_MAX:
            eaten = self._db.write(
                lambda connection: _ANSWERS.run(connection, before_ms=before_ms, bite=BITE_ROWS_MAX)
            )
            total += eaten
        return total


def newest_before(connection: Connection, space: str, at: str) -> int:
    """The newest seq written before ``at``, found by bisection of the log; 0 if none was."""
    low, high = 0, _head(connection, space)
    while low < high:
        middle = (low + high + 1) // 2
        row = _AT.row(connection, space=space, seq=middle)
        if row is not None and row[1] < at:
            low = min(int(row[0]), high)
        else:
            high = middle - 1
    return low


def _head(connection: Connection, space: str) -> int:
    newest = sa.select(sa.func.max(changes.c.seq)).where(changes.c.space == space)
    return connection.execute(newest).scalar() or 0


def _bite(bite: Bite, connection: Connection, log: OpenLog) -> int:
    rows = bite.statement.rows(
        connection, space=log.space, name=bite.name, cut=bite.cut, bite=BITE_ROWS_MAX
    )
    if rows and bite.raises_floor:
        _FLOOR.run(connection, space=log.space, floor=max(row[0] for row in rows))
    return len(rows)

"""When each key was last used, written in batches.

A request only notes the key in memory. The first note after a flush sets a timer, and the timer
writes what has gathered by then: one small transaction a minute at the most, none while nobody
calls.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from service.core import clock
from service.core.db import Database
from service.core.errors import ServiceError
from service.core.sql import Hot

FLUSH_SECONDS = 60.0
KEYS_NOTED_MAX = 10_000

_TOUCH = Hot(
    "UPDATE api_keys SET last_used_at = :at"
    " WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)"
)
_logger = logging.getLogger(__name__)


class Alarm(Protocol):
    """A call that has yet to come."""

    def cancel(self) -> None:
        """Do not make it."""
        ...


Timer = Callable[[float, Callable[[], None]], Alarm]


def in_a_thread(seconds: float, call: Callable[[], None]) -> Alarm:
    """Run ``call`` after ``seconds``, without keeping the process alive for it."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


class LastUsed:
    """Notes uses, and writes them later."""

    def __init__(self, db: Database, timer: Timer = in_a_thread) -> None:
        self._db = db
        self._timer = timer
        self._noted: dict[str, int] = {}
        self._alarm: Alarm | None = None

    def note(self, key_id: str) -> None:
        """``key_id`` was used now."""
        if key_id in self._noted or len(self._noted) < KEYS_NOTED_MAX:
            self._noted[key_id] = clock.now_ms()
        if self._alarm is None:
            self._alarm = self._timer(FLUSH_SECONDS, self._on_time)

    def flush(self) -> None:
        """Write what was noted: when the time has come, and at exit."""
        alarm, self._alarm = self._alarm, None
        if alarm is not None:
            alarm.cancel()
        noted, self._noted = self._noted, {}
        # In one order everywhere: processes never wait for each other in a ring.
        rows = [{"id": key_id, "at": clock.timestamp(ms)} for key_id, ms in sorted(noted.items())]
        if rows:
            self._db.write(lambda connection: _TOUCH.run_many(connection, rows))

    def _on_time(self) -> None:
        try:
            self.flush()
        except ServiceError as error:
            _logger.warning("The last use of some keys was not written: %s", error)

"""Holding on to a lease while a chunk takes long."""

import logging
import threading
import time
from types import TracebackType
from typing import Final, Self

from service.core.errors import ServiceError
from service.jobs.lease import Lease

BEATS_A_LEASE: Final = 3
SILENCE_SECONDS_MAX: Final = 600.0

_logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews ``lease`` from a thread of its own, within its context.

    A job that has not moved its checkpoint for SILENCE_SECONDS_MAX hangs: it is held no longer.
    """

    def __init__(self, lease: Lease, lease_seconds: float) -> None:
        self._lease = lease
        self._interval_seconds = lease_seconds / BEATS_A_LEASE
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        version, moved_at = self._lease.job.version, time.monotonic()
        while not self._done.wait(self._interval_seconds):
            if self._lease.job.version != version:
                version, moved_at = self._lease.job.version, time.monotonic()
            if time.monotonic() - moved_at > SILENCE_SECONDS_MAX or not self._beat():
                return

    def _beat(self) -> bool:
        try:
            return self._lease.heartbeat()
        except ServiceError as error:
            _logger.warning("the lease could not be renewed: %s", error)
            return True

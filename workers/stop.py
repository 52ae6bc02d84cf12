"""Being told to stop in the middle of a job.

A platform may signal only Celery's main process, or every process at once. The main process raises
a flag in memory that its children share. A child that is running a job takes SIGTERM as the same
wish, for this one job; Celery puts its own handler back when a child starts, so ours is set when a
job begins. Between jobs a child ends at once, as usual.
"""

import mmap
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

TICK_SECONDS: Final = 0.1


class Stop:
    """Whether to leave off. Make it before children are forked."""

    def __init__(self) -> None:
        self._everybody = mmap.mmap(-1, 1)
        self._here = False

    def __bool__(self) -> bool:
        return self._here or self._everybody[0] != 0

    def everybody(self) -> None:
        """Every process that shares the flag shall stop, for good."""
        self._everybody[0] = 1

    def here(self) -> None:
        """The present job of this process shall stop. Safe in a signal handler."""
        self._here = True

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until stopped; whether it was."""
        until = time.monotonic() + seconds
        while not self and time.monotonic() < until:
            time.sleep(TICK_SECONDS)
        return bool(self)

    @contextmanager
    def heeding_sigterm(self) -> Iterator[None]:
        """Within, SIGTERM stops the present job instead of the process. In the main thread only."""

        def heed(_number: int, _frame: FrameType | None) -> None:
            self.here()

        self._here = False
        before = signal.signal(signal.SIGTERM, heed)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

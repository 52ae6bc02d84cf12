"""A thread that keeps one connection: when it breaks, it begins again, ever more patiently."""

import logging
import random
import threading
from collections.abc import Callable

BACKOFF_SECONDS_MIN = 0.05
BACKOFF_SECONDS_MAX = 2.0
STOP_SECONDS_MAX = 3.0

log = logging.getLogger(__name__)


class Link:
    """Runs ``work(link)``, which calls ``up`` once connected and returns when ``stopping``."""

    def __init__(self, name: str, work: Callable[["Link"], None]) -> None:
        self.connected = False
        self._name = name
        self._work = work
        self._stop = threading.Event()
        self._backoff_seconds = BACKOFF_SECONDS_MIN
        self._troubled = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        """True once ``work`` should return."""
        return self._stop.is_set()

    def start(self) -> None:
        """Begin to connect, in the background. Once in a link's life, and after any fork."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let ``work`` return when it next looks."""
        self._stop.set()

    def stop(self) -> None:
        """Ask ``work`` to return, and wait for it; not for ever, a server may hang."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS_MAX)

    def rest(self, seconds: float) -> None:
        """Do nothing for a while, but not while stopping."""
        self._stop.wait(seconds)

    def up(self) -> None:
        """Tell that the connection stands."""
        self.connected = True
        self._backoff_seconds = BACKOFF_SECONDS_MIN
        if self._troubled:
            log.info("%s is back", self._name)
        self._troubled = False

    def _run(self) -> None:
        while not self.stopping:
            try:
                self._work(self)
            except Exception as error:  # noqa: BLE001 - whatever broke, the thread must live to begin again
                self._report(error)
            finally:
                self.connected = False
            self._back_off()

    def _report(self, error: Exception) -> None:
        if not self._troubled:  # one line a breakdown, not one an attempt
            told = " ".join(str(error).split())  # libpq speaks in paragraphs
            log.warning("%s is down: %s: %s", self._name, type(error).__name__, told)
        self._troubled = True

    def _back_off(self) -> None:
        # Spread out, or all processes would knock at a restarted server in step.
        self.rest(self._backoff_seconds * random.uniform(0.5, 1.0))  # noqa: S311
        self._backoff_seconds = min(self._backoff_seconds * 2, BACKOFF_SECONDS_MAX)

"""Work that nobody waits for: making room, forgetting what is old, finishing what was declared.

Each entry is a verb of some room. It takes its time in small transactions, may run in several
dispatchers at once, and what it does not finish it finds again the next time.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from service.backbone import Backbone
from service.core.errors import Unavailable
from service.jobs import retention

LOOK_SECONDS: Final = 1.0

_logger = logging.getLogger(__name__)


class Upkeep(NamedTuple):
    """``work(backbone)``, about every so many seconds, the first time at once."""

    name: str
    every_seconds: float
    work: Callable[[Backbone], object]


UPKEEP: Final = (
    Upkeep("declared indexes", 2, lambda backbone: backbone.build_indexes()),
    Upkeep("expired files", 30, lambda backbone: backbone.artifacts.remove_expired()),
    Upkeep("old jobs", 600, lambda backbone: retention.remove_old(backbone.db)),
    Upkeep("old records and answers", 3600, lambda backbone: backbone.pruner.prune()),
)


class Caretaker:
    """Does ``upkeep`` when its time has come."""

    def __init__(self, backbone: Backbone, upkeep: Sequence[Upkeep] = UPKEEP) -> None:
        self._backbone = backbone
        self._due_at = dict.fromkeys(upkeep, 0.0)

    def keep_up(self, stopped: threading.Event) -> None:
        """Go on until ``stopped``."""
        while not stopped.is_set():
            self.look()
            stopped.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Do what is due; one that fails does not keep the others from running."""
        for each, due_at in self._due_at.items():
            if time.monotonic() >= due_at:
                self._do(each)
                self._due_at[each] = time.monotonic() + each.every_seconds

    def _do(self, each: Upkeep) -> None:
        try:
            each.work(self._backbone)
        except Unavailable as error:
            _logger.warning("upkeep has to wait: %s: %s", each.name, error)
        except Exception:  # it is tried again
            _logger.exception("upkeep failed: %s", each.name)

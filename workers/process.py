"""A worker process: what it opens after the fork, and how it ends.

Connections do not survive a fork, so every child opens its own backbone. Celery has a child killed
whose parent was killed; its job then falls back when the lease runs out.
"""

import logging
import os
import socket
from typing import Any, Final

from celery import signals

from service.backbone import Backbone, open_backbone
from service.core import log
from service.core.settings import load_settings
from workers.kinds import kinds_of
from workers.runner import Runner
from workers.stop import Stop

stop: Final = Stop()


class Process:
    """What this process has opened."""

    def __init__(self) -> None:
        self._backbone: Backbone | None = None
        self._runner: Runner | None = None

    def open(self) -> None:
        """Open the backbone of this process; once, after the fork."""
        settings = load_settings(os.environ)
        self._backbone = open_backbone(settings)
        worker = f"{socket.gethostname()}:{os.getpid()}"
        self._runner = Runner(self._backbone.leases, kinds_of(self._backbone), stop, worker)

    def close(self) -> None:
        """Let go of connections."""
        if self._backbone is not None:
            self._backbone.close()

    def run(self, job_id: str) -> None:
        """Run one job."""
        assert self._runner is not None  # noqa: S101 - Celery runs tasks in initialised children
        with stop.heeding_sigterm():
            self._runner.run(job_id)


process: Final = Process()


@signals.setup_logging.connect
def _log_our_way(**_signal: Any) -> None:
    settings = load_settings(os.environ)
    log.configure(settings.log_level, settings.log_format)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):  # two lines for each message
        logging.getLogger(chatty).setLevel(logging.WARNING)


@signals.worker_process_init.connect
def _open(**_signal: Any) -> None:
    process.open()


@signals.worker_process_shutdown.connect
def _close(**_signal: Any) -> None:
    process.close()


@signals.worker_shutting_down.connect
def _stop(**_signal: Any) -> None:
    stop.everybody()

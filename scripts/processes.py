"""Which processes make up the service, and who runs with whom.

SQLite: one supervisor with all of them, on the one machine that has the file.
Postgres: ``web`` and ``worker`` are started apart, as many of each as are wanted.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from service.core.settings import SettingError, Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
WEB = [sys.executable, "-m", "gunicorn", "wsgi:app"]
DISPATCHER = [sys.executable, "-m", "workers.dispatcher"]
MIGRATE = [sys.executable, "-m", "scripts.migrate"]


def celery(settings: Settings) -> list[str]:
    """The command of the Celery worker.

    Gossip, mingle and heartbeat are Celery's own ways to watch other workers; leases do that here,
    and without them a worker needs four Redis connections instead of ten and survives Redis
    restarts.
    """
    return [
        *(sys.executable, "-m", "celery", "-A", "celery_app", "--quiet", "worker"),
        *("-P", "prefork", "-c", str(settings.worker_concurrency)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def worker(settings: Settings) -> dict[str, list[str]]:
    """The processes that do the work that takes long."""
    return {"worker": celery(settings), "dispatcher": DISPATCHER}


def everything(settings: Settings) -> dict[str, list[str]]:
    """The whole service on one machine."""
    return {"web": WEB, **worker(settings)}


def settings_or_exit() -> Settings:
    """The settings of this process; without valid ones it ends, saying what to set."""
    os.chdir(ROOT)
    try:
        return load_settings(os.environ)
    except SettingError as problem:
        stop(str(problem))


def stop(sentences: str) -> NoReturn:
    """End this process with the reason on standard error."""
    sys.exit("\n".join(f"syncline: {sentence}" for sentence in sentences.splitlines()))

"""The ``worker`` process of the Procfile: Celery and the dispatcher, supervised.

With SQLite ``web`` brings a worker along, so this one is an addition, and only possible on the
machine that has the file: SQLite's locks do not reach further.
"""

import sys

from scripts import same_host
from scripts.processes import settings_or_exit, stop, worker
from scripts.supervise import supervise

WAIT_SECONDS_MAX = 15.0


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = settings_or_exit()
    if settings.is_sqlite and not same_host.appears_here(settings.data_dir, WAIT_SECONDS_MAX):
        stop(
            f"No web process of this machine uses {settings.data_dir}. With SQLite, web and worker "
            "share one machine and one DATA_DIR, and web brings a worker with it: remove this "
            "process, or set DATABASE_URL to a Postgres."
        )
    return supervise(worker(settings), settings.shutdown_seconds)


if __name__ == "__main__":
    sys.exit(main())

"""The ``web`` process of the Procfile.

On SQLite it is the whole service: it migrates and supervises web and worker together. On Postgres
it is gunicorn and nothing else; ``release`` has migrated.
"""

import os
import subprocess
import sys

from scripts import same_host
from scripts.processes import MIGRATE, WEB, everything, settings_or_exit
from scripts.supervise import supervise


def main() -> int:
    """Become the web process; returns the exit code when the service is supervised from here."""
    settings = settings_or_exit()
    if not settings.is_sqlite:
        os.execv(WEB[0], WEB)  # noqa: S606 - our own command
    same_host.mark(settings.data_dir)
    migrated = subprocess.run(MIGRATE, check=False)
    return migrated.returncode or supervise(everything(settings), settings.shutdown_seconds)


if __name__ == "__main__":
    sys.exit(main())

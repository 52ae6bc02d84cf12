"""``dev.py up``: the whole service on this machine, and how to get in.

What a newcomer would have to set is set here: the address is this machine's alone, the log is for
people if a person watches, and the bootstrap token is made and kept in DATA_DIR.
"""

import argparse
import errno
import fcntl
import os
import shlex
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from typing import IO

import sqlalchemy as sa

from scripts import same_host
from scripts.processes import MIGRATE, everything, settings_or_exit, stop
from scripts.supervise import supervise
from service.auth.bootstrap import FACT
from service.core.secret_file import kept_secret
from service.core.settings import Settings

HEALTH_SECONDS_MAX = 1.0
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to


def main(arguments: list[str]) -> int:
    """Start the service; returns the exit code when it has ended."""
    parser = argparse.ArgumentParser(prog="dev.py up", description=__doc__)
    parser.parse_args(arguments)
    os.environ.update(developer_defaults(os.environ, watched=sys.stdout.isatty()))
    settings = settings_or_exit()
    require_free_port(settings)
    lock = require_only_one(settings)
    token = settings.bootstrap_token or kept_secret(settings.data_dir / "bootstrap.token")
    os.environ["BOOTSTRAP_TOKEN"] = token
    same_host.mark(settings.data_dir)
    migrated = subprocess.run(MIGRATE, check=False)
    if migrated.returncode:
        return migrated.returncode
    greeting = Greeting(settings, token)
    with lock:
        return supervise(everything(settings), settings.shutdown_seconds, greeting.when_healthy)


def developer_defaults(environ: Mapping[str, str], *, watched: bool) -> dict[str, str]:
    """What to set for somebody who has set nothing."""
    defaults = {"BIND_ADDRESS": "127.0.0.1", "LOG_FORMAT": "console" if watched else "json"}
    return {name: value for name, value in defaults.items() if not environ.get(name)}


def require_free_port(settings: Settings) -> None:
    """End with advice if one cannot listen there; a worker would only say so in its log."""
    address, port = settings.bind_address, settings.port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                stop(f"Port {port} is in use: set PORT to another one, or stop what uses it.")
            stop(f"{address}:{port} cannot be listened on: {problem}. Set BIND_ADDRESS and PORT.")


def require_only_one(settings: Settings) -> IO[str]:
    """The lock on DATA_DIR, held for as long as the file is open; a second service has to wait."""
    lock = (settings.data_dir / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        stop(f"A service runs on {settings.data_dir} already: stop it, or set another DATA_DIR.")
    return lock


def address_of(settings: Settings) -> str:
    """An address under which this machine reaches the service."""
    return "127.0.0.1" if settings.bind_address in EVERYWHERE else settings.bind_address


class Greeting:
    """The lines that are printed once, as soon as the service answers."""

    def __init__(self, settings: Settings, token: str) -> None:
        self._settings = settings
        self._token = token
        self._url = f"http://{address_of(settings)}:{settings.port}"
        self._said = False

    def when_healthy(self) -> None:
        """Say it if it has not been said and the service is up."""
        if not self._said and is_healthy(self._url):
            self._said = True
            print(f"\n{self.text()}\n", flush=True)

    def text(self) -> str:
        """Where it is, how to get in, and a line to paste."""
        if is_bootstrapped(self._settings.database_url):
            return returning(self._url)
        return welcome(self._url, self._token)


def welcome(url: str, token: str) -> str:
    """For the first visit: nobody has an account."""
    return "\n".join(
        [
            f"Syncline runs at {url} (documentation: {url}/docs).",
            "Nobody has an account yet. This makes yours; keep the key that it answers with:",
            "",
            f"  curl -X POST {url}/v1/bootstrap \\",
            f"    -H {shlex.quote(f'Authorization: Bearer {token}')} \\",
            "    -H 'Content-Type: application/json' -d '{\"email\": \"you@example.org\"}'",
        ]
    )


def returning(url: str) -> str:
    """For every later visit."""
    return "\n".join(
        [
            f"Syncline runs at {url} (documentation: {url}/docs). With the key of your account:",
            "",
            f'  curl {url}/v1/spaces/main -H "Authorization: Bearer $SYNCLINE_KEY"',
        ]
    )


def is_healthy(url: str) -> bool:
    """Whether the web process answers."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=HEALTH_SECONDS_MAX) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def is_bootstrapped(database_url: str) -> bool:
    """Whether there is a first user; visitors of the tour are none."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    found = sa.text("SELECT 1 FROM installation WHERE name = :fact")
    with engine.connect() as connection:
        return connection.scalar(found, {"fact": FACT}) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

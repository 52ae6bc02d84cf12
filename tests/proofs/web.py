"""A real web process, started as the Procfile starts it, on a port of its own.

What it says on its standard error is in the report of the test that fails. It dies with the tests,
however they end.
"""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import httpx

from scripts.processes import ROOT, WEB
from scripts.servers_process import wait_until
from scripts.servers_redis import free_port
from service.core.lifecycle import die_with_parent
from tests import untraced

READY_SECONDS_MAX = 30
END_SECONDS_MAX = 30


class Web:
    """gunicorn and its worker; ``environment`` is what an installation would set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **environment,
            "PORT": str(self.port),
            "BIND_ADDRESS": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, for the first time or again on the same port."""
        self._process = subprocess.Popen(
            WEB,
            cwd=ROOT,
            env=untraced.environment() | self._environment,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
        )

    def wait(self) -> None:
        """Return when it takes requests."""
        wait_until(self._is_healthy, READY_SECONDS_MAX, f"no web process answers on {self.port}")

    def kill(self) -> None:
        """kill -9 for gunicorn and its worker at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(END_SECONDS_MAX)

    def _is_healthy(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the web process ended at once"
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        return False

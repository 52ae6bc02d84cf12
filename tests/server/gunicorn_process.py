"""A gunicorn that serves ``probe_app`` or another application, and a socket to talk to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.servers_process import wait_until
from scripts.servers_redis import free_port

PROBE = "tests.server.probe_app:app"


class Gunicorn:
    """The process and its address."""

    def __init__(self, data_dir: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.data_dir = data_dir
        self.port = port
        self.process = process

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def answer(self, request: bytes) -> bytes:
        """All that comes back for ``request``."""
        with self.connect() as connection:
            connection.sendall(request)
            return rest_of(connection)

    def status(self, request: bytes) -> int:
        return int(self.answer(request).split()[1])

    def listens(self) -> bool:
        with suppress(OSError), self.connect():
            return True
        return False

    def stop(self, number: int) -> float:
        """Send a signal; returns how many seconds the end took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - begun


def rest_of(connection: socket.socket) -> bytes:
    """What comes until the server closes or has been silent for a while."""
    connection.settimeout(4)
    received = b""
    with suppress(TimeoutError, ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


@contextmanager
def gunicorn(data_dir: Path, application: str = PROBE, **environment: str) -> Iterator[Gunicorn]:
    """A server of ``application``, in ``environment`` besides that of this process."""
    port = free_port()
    environ = os.environ | {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "BIND_ADDRESS": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", application]
    server = Gunicorn(data_dir, port, subprocess.Popen(command, env=environ))
    try:
        wait_until(server.listens, 20, "gunicorn does not listen")
        yield server
    finally:
        server.stop(signal.SIGTERM)

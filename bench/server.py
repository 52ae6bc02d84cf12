"""A server process that takes part in a row: started, awaited, and ended with all its children."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.load import Address
from scripts.processes import ROOT
from scripts.servers_process import NoServer, wait_until
from scripts.servers_redis import free_port
from service.core.lifecycle import die_with_parent

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
PORT = "{port}"
"""Stands in a command or an environment for the port that was found free."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and whose CPU time counts. ``database_pid`` is that of its Postgres."""

    address: Address
    pid: int
    database_pid: int | None = None


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], directory: Path, database_pid: int | None
) -> Iterator[Server]:
    """The server of ``command``, which answers; what it says goes to ``directory``/log."""
    port = free_port()
    words = [word.replace(PORT, str(port)) for word in command]
    values = {name: value.replace(PORT, str(port)) for name, value in environ.items()}
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=os.environ | values,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGTERM),  # noqa: PLW1509
        )
    try:
        address = ("127.0.0.1", port)
        wait_until(
            partial(_answers_or_is_gone, process, address, directory / "log"),
            START_SECONDS_MAX,
            f"{words} does not answer",
        )
        yield Server(address, process.pid, database_pid)
    finally:
        _stop(process)


def _answers_or_is_gone(process: "subprocess.Popen[bytes]", address: Address, log: Path) -> bool:
    if process.poll() is not None:
        raise NoServer(f"{process.args!r} ended: {log.read_text(errors='replace')[-2000:]}")
    with suppress(OSError), socket.create_connection(address, timeout=1) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return bool(connection.recv(1))
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

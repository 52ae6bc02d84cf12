"""A way to a server that can be cut and mended, on a Unix socket."""

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

Address = str | tuple[str, int]


class Relay:
    """Passes bytes between its own socket and ``target`` while it is open."""

    def __init__(self, path: Path, target: Address) -> None:
        self._path = path
        self._target = target
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        """Begin to pass bytes on."""
        door = self._kept(socket.socket(socket.AF_UNIX))
        door.bind(str(self._path))
        door.listen()
        self._begin(self._welcome, door)

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._path.unlink(missing_ok=True)
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()
        self._sockets.clear()
        self._threads.clear()

    def _welcome(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._kept(door.accept()[0])
                far = self._kept(_connected(self._target))
                self._begin(_pump, near, far)
                self._begin(_pump, far, near)

    def _kept(self, one: socket.socket) -> socket.socket:
        self._sockets.append(one)
        return one

    def _begin(self, target: Callable[..., None], *args: socket.socket) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()


def relayed(url: str, folder: Path) -> tuple[Relay, str]:
    """A relay to the server at ``url``, still closed, and the address that leads through it."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    if parts.scheme.startswith("postgresql"):
        relay = Relay(folder / ".s.PGSQL.5432", _postgres_address(url))
        return relay, f"postgresql://{login}@{parts.path}?host={folder}&port=5432"
    return Relay(folder / "redis", _redis_address(url)), f"unix://{login}@{folder}/redis"


def _postgres_address(url: str) -> Address:
    known = conninfo_to_dict(url.replace("+psycopg", "", 1))
    host, port = str(known.get("host", "localhost")), int(known.get("port") or 5432)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)


def _redis_address(url: str) -> Address:
    parts = urlsplit(url)
    return (parts.hostname, parts.port or 6379) if parts.hostname else parts.path


def _connected(target: Address) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target)
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(target)
    return connected


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)

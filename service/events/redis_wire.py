"""The Redis protocol on a bare socket: a client library costs ten times as much a message.

Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2).
"""

import socket
import ssl
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import hiredis

ANSWER_SECONDS_MAX = 1.0
READ_BYTES = 65_536

Command = tuple[str, ...]


class Wire:
    """One socket. Raises OSError when it breaks, ``hiredis.HiredisError`` when refused."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._replies = hiredis.Reader(encoding="utf-8", errors="replace")

    def call(self, *commands: Command) -> list[Any]:
        """Send the commands together; their replies in order."""
        self._socket.sendall(b"".join(map(_packed, commands)))
        return [self._reply() for _ in commands]

    def unblock(self) -> None:
        """From now on only ``arrived``: the wire is a subscriber's."""
        self._socket.setblocking(False)

    def arrived(self) -> list[Any]:
        """Every reply that has come in whole, without waiting."""
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            self._feed()
        return list(iter(self._replies.gets, False))

    def fileno(self) -> int:
        """The socket, for ``poll()``."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _reply(self) -> Any:
        while (reply := self._replies.gets()) is False:
            self._feed()
        if isinstance(reply, hiredis.ReplyError):
            raise reply
        return reply

    def _feed(self) -> None:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self._replies.feed(data)


def open_wire(url: str) -> Wire:
    """A wire to ``redis://``, ``rediss://`` (TLS) or ``unix://``, logged in.

    ``ssl_cert_reqs=none`` and ``ssl_ca_certs=path`` in the query are understood as redis-py does.
    """
    parts = urlsplit(url)
    with ExitStack() as undo:
        connected = undo.enter_context(_secured(_connected(parts), parts))
        wire = Wire(connected)
        if parts.password:
            wire.call(_login(parts))
        undo.pop_all()
    return wire


def _packed(command: Command) -> bytes:
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type] # a stub of one word
    return packed


def _connected(parts: SplitResult) -> socket.socket:
    if parts.scheme == "unix":
        return _connected_locally(unquote(parts.path))
    address = (parts.hostname or "localhost", parts.port or 6379)
    connected = socket.create_connection(address, ANSWER_SECONDS_MAX)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _connected_locally(path: str) -> socket.socket:
    with ExitStack() as undo:
        connected = undo.enter_context(socket.socket(socket.AF_UNIX))
        connected.settimeout(ANSWER_SECONDS_MAX)
        connected.connect(path)
        undo.pop_all()
    return connected


def _secured(connected: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme != "rediss":
        return connected
    options = parse_qs(parts.query)
    context = ssl.create_default_context(cafile=options.get("ssl_ca_certs", [None])[0])
    if options.get("ssl_cert_reqs") == ["none"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connected, server_hostname=parts.hostname or "localhost")


def _login(parts: SplitResult) -> Command:
    named = (unquote(parts.username),) if parts.username else ()
    return ("AUTH", *named, unquote(parts.password or ""))

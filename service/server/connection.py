"""One connection: its requests are read strictly, and whatever is waited for has an end.

Each connection is a greenlet that runs ``Handler``. Whatever it waits for, it says until when
(``deadline``), and a look a second by the worker shuts the connections whose time is up: no client
can hold a greenlet for ever, and no request pays for a timer.

A request that cannot be taken (too long, too slow, not HTTP) is answered by the application like
any other, so that every answer has one form: the status to answer with is in ``environ[REFUSED]``.
"""

import logging
import math
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import gevent
from gunicorn.workers.ggevent import PyWSGIHandler, PyWSGIServer

from service.core.lifecycle import draining
from service.server import body, head

HEAD_SECONDS_MAX = 10.0
SEND_SECONDS_MIN = 30.0
LINGER_SECONDS_MAX = 2.0
LINGER_BYTES: Final = 64 * 2**10
LAST_REQUEST_SECONDS = 1.0
JOINED_BYTES_MAX: Final = 32 * 2**10

_logger = logging.getLogger(__name__)


class Handler(PyWSGIHandler):
    """One connection, from the first request on it to the last."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.deadline = math.inf
        self.overdue = False
        self.resting = True
        self._half = socket.SHUT_RD
        self._fields: head.Environ = {}

    def allow(self, seconds: float, half: int = socket.SHUT_RD) -> None:
        """Give the client ``seconds`` for what comes next; then ``half`` of the connection ends."""
        self.deadline = time.monotonic() + seconds
        self._half = half

    def expire(self) -> None:
        """Time is up: whoever waits on the socket is woken by an ``OSError``."""
        self.overdue = True
        self.deadline = math.inf
        with suppress(OSError, AttributeError):  # it may have ended by itself
            self.socket.shutdown(self._half)

    def handle_one_request(self) -> bool | None:
        """Serve one request; true if another may follow, None if the connection is to end."""
        try:
            line = self._next_request_line()
            if not line:
                return None
            self._read_head(line)
        except head.Refused as refusal:
            self._refuse(refusal.status)
        except OSError:
            return None
        self.deadline = math.inf
        self.application = self.server.application
        self.handle_one_response()
        if self.close_connection:
            self._linger()
        else:
            gevent.sleep(0)  # a connection whose next request is here already would never yield
        return None if self.close_connection or self.rfile.closed else True

    def get_environ(self) -> dict[str, Any]:
        """The WSGI environment of the request whose head was read."""
        host, path, query = head.split_target(self.path)
        environ: dict[str, Any] = self.server.get_environ()
        environ |= self._fields
        if host:
            environ["HTTP_HOST"] = host
        environ["REQUEST_METHOD"] = self.command
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        environ["QUERY_STRING"] = query
        environ["RAW_URI"] = self.path
        environ["SERVER_PROTOCOL"] = self.request_version
        if isinstance(self.client_address, tuple):
            environ["REMOTE_ADDR"] = self.client_address[0]
            environ["REMOTE_PORT"] = str(self.client_address[1])
        environ["wsgi.input"] = self.wsgi_input
        environ["gunicorn.sock"] = self.socket
        return environ

    def finalize_headers(self) -> None:
        """Say so if this answer is the last one on the connection."""
        super().finalize_headers()
        if draining or self.wsgi_input.is_left_unread():
            self.close_connection = True
        said = any(name == b"Connection" for name, _ in self.response_headers)
        if self.close_connection and not said:
            self.response_headers.append((b"Connection", b"close"))

    def log_request(self) -> None:
        """Nothing: the application writes the access log, which knows more."""

    def _next_request_line(self) -> bytes:
        self.resting = True
        self.allow(self.server.keepalive_seconds)
        line: bytes = self.rfile.readline(head.REQUEST_LINE_BYTES_MAX)
        self.resting = False
        return line

    def _read_head(self, line: bytes) -> None:
        self.allow(HEAD_SECONDS_MAX)
        self.command, self.path, self.request_version = head.request_line(line)
        try:
            self._fields = head.header_fields(self.rfile, self.request_version)
        except OSError:
            if self.overdue:
                raise head.Refused(HTTPStatus.REQUEST_TIMEOUT) from None
            raise
        self.close_connection = head.ends_connection(self._fields, self.request_version)
        self._open_body()
        self.environ = self.get_environ()

    def _open_body(self) -> None:
        chunked = head.is_chunked(self._fields)
        length = head.body_length(self._fields)
        awaits = self._fields.get("HTTP_EXPECT", "").lower() == "100-continue"
        has_body = chunked or bool(length)
        waiting = self.socket if awaits and has_body else None
        self.wsgi_input = body.Body(self, self.rfile, length, waiting, chunked)

    def _refuse(self, status: HTTPStatus) -> None:
        """Have the application answer with ``status``, whatever the request was."""
        self.command, self.path, self.request_version = "GET", "/", "HTTP/1.1"
        self._fields = {}
        self.close_connection = True
        self._open_body()
        self.environ = self.get_environ() | {head.REFUSED: int(status)}

    def _linger(self) -> None:
        """Let a client that is still sending read the answer.

        To close with input unread is a reset, and a reset destroys what is under way to the client.
        """
        self.allow(LINGER_SECONDS_MAX)
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(LINGER_BYTES):
                pass

    def _sendall(self, data: bytes) -> None:
        self.allow(SEND_SECONDS_MIN + len(data) / body.BYTES_PER_SECOND_MIN, socket.SHUT_RDWR)
        super()._sendall(data)
        self.deadline = math.inf

    def _write_with_headers(self, data: bytes) -> None:
        """As pywsgi does it, but a short answer leaves in one piece with its head."""
        self.headers_sent = True
        self.finalize_headers()
        fields = b"".join(b"%b: %b\r\n" % field for field in self.response_headers)
        start = b"HTTP/1.1 %b\r\n%b\r\n" % (self.status, fields)
        if self.response_use_chunked or len(data) > JOINED_BYTES_MAX:
            self._sendall(start)
            self._write(data)
        else:
            self._sendall(start + data)

    def _log_error(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType
    ) -> None:
        if not issubclass(kind, gevent.GreenletExit):
            _logger.error("a request failed", exc_info=(kind, error, traceback))


class Server(PyWSGIServer):
    """The listening socket, and who is connected through it."""

    keepalive_seconds = 75.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connections: set[Handler] = set()

    def handle(self, sock: socket.socket, address: object) -> None:
        """Serve one connection to its end."""
        handler = self.handler_class(sock, address, self)
        self.connections.add(handler)
        try:
            handler.handle()
        finally:
            self.connections.discard(handler)

    def look(self) -> None:
        """End what has taken too long."""
        now = time.monotonic()
        for connection in [one for one in self.connections if one.deadline < now]:
            connection.expire()

    def hurry(self) -> None:
        """Give connections that rest between requests a last moment."""
        for connection in self.connections:
            if connection.resting:
                connection.allow(LAST_REQUEST_SECONDS)

"""The body of a request, which a client must send at a human pace and which nobody has to read.

pywsgi waits for ever for the next byte, and reads what the application left unread however much
that is. Here each piece has a deadline that grows with its size, and a body that is refused is not
read at all.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from gevent import pywsgi
from werkzeug.exceptions import BadRequest, HTTPException, RequestTimeout

PIECE_BYTES: Final = 64 * 2**10
PIECE_SECONDS_MIN = 20.0
BYTES_PER_SECOND_MIN = 4 * 2**10
UNREAD_BYTES_MAX: Final = 64 * 2**10
BROKEN_OFF: Final = "The body of the request is not complete, or not in the form that it should be."


class Connection(Protocol):
    """What a body needs to know of the connection that it comes over."""

    deadline: float
    overdue: bool

    def allow(self, seconds: float, /) -> None:
        """Give the client ``seconds`` for what comes next."""
        ...


class Body(pywsgi.Input):
    """``wsgi.input``. Reading raises 408 when the client is too slow, 400 when it has gone."""

    __slots__ = ("broken_off", "connection")

    def __init__(self, connection: Connection, *input_arguments: object) -> None:
        super().__init__(*input_arguments)
        self.connection = connection
        self.broken_off = False

    def read(self, length: int | None = None) -> bytes:
        """Up to ``length`` bytes; everything without."""
        left = math.inf if length is None or length < 0 else length
        pieces: list[bytes] = []
        while left > 0:
            piece = self._in_time(super().read, min(left, PIECE_BYTES))
            pieces.append(piece)
            left = left - len(piece) if piece else 0
        return b"".join(pieces)

    def readline(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes of a line; a piece at most."""
        return self._in_time(super().readline, size if size and size > 0 else PIECE_BYTES)

    def is_left_unread(self) -> bool:
        """Whether so much was not read that the connection is not worth keeping."""
        if self.broken_off:
            return True
        if self.chunked_input:
            return bool(self.chunk_length != 0)
        awaits_continue = self.socket is not None
        unread = (self.content_length or 0) - self.position
        return bool(unread > (0 if awaits_continue else UNREAD_BYTES_MAX))

    def _discard(self) -> None:
        if not self.is_left_unread():
            with suppress(HTTPException):
                super()._discard()

    def _in_time(self, read: Callable[[int], bytes], length: float) -> bytes:
        connection = self.connection
        connection.allow(PIECE_SECONDS_MIN + length / BYTES_PER_SECOND_MIN)
        try:
            return read(int(length))
        except OSError as problem:
            self.broken_off = True
            raise RequestTimeout if connection.overdue else BadRequest(BROKEN_OFF) from problem
        finally:
            connection.deadline = math.inf

"""One HTTP/1.1 answer while it arrives, read just far enough to know when it has ended.

The load generator reads millions of these and looks at nothing but the status. Bodies framed by
Content-Length and by chunks without trailers are understood, which is all that the servers send.
"""

import re
from typing import Protocol

HEAD_BYTES_MAX = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
_WITHOUT_BODY = (204, 304)


class NotHttp(Exception):
    """What arrived is not an answer that can be read."""


class _Body(Protocol):
    def feed(self, piece: bytes) -> bool:
        """Take the next bytes; true once the body has ended."""


class Answer:
    """Feed it what arrives; ``status`` is known once ``feed`` has returned true."""

    __slots__ = ("_body", "_head", "status")

    def __init__(self) -> None:
        self.status = 0
        self._head = b""
        self._body: _Body | None = None

    def feed(self, piece: bytes) -> bool:
        """Take the next bytes; true once the answer is complete."""
        if self._body is not None:
            return self._body.feed(piece)
        self._head += piece
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            if len(self._head) > HEAD_BYTES_MAX:
                raise NotHttp("the head of an answer does not end")
            return False
        head, rest = self._head[:end], self._head[end + 4 :]
        self.status = _status(head)
        self._body = _framing(head, self.status)
        return self._body.feed(rest)


class _Counted:
    """A body of known length."""

    __slots__ = ("_left",)

    def __init__(self, length: int) -> None:
        self._left = length

    def feed(self, piece: bytes) -> bool:
        self._left -= len(piece)
        return self._left <= 0


class _Chunked:
    """A body in chunks. Each is followed by CRLF; after the empty one the body has ended."""

    __slots__ = ("_is_last", "_left", "_line")

    def __init__(self) -> None:
        self._left = 0
        self._line = b""
        self._is_last = False

    def feed(self, piece: bytes) -> bool:
        position = 0
        while position < len(piece):
            if self._left:
                step = min(self._left, len(piece) - position)
                self._left -= step
                position += step
            else:
                position = self._read_size(piece, position)
        return self._is_last and not self._left

    def _read_size(self, piece: bytes, position: int) -> int:
        end = piece.find(b"\n", position)
        if end < 0:
            self._line += piece[position:]
            return len(piece)
        size = int((self._line + piece[position:end]).partition(b";")[0], 16)
        self._line = b""
        self._left = size + len(b"\r\n")
        self._is_last = size == 0
        return end + 1


def _status(head: bytes) -> int:
    if not head.startswith(b"HTTP/1.1 "):
        raise NotHttp(repr(head[:80]))
    return int(head[9:12])


def _framing(head: bytes, status: int) -> _Body:
    if status in _WITHOUT_BODY:
        return _Counted(0)
    if _CHUNKED.search(head):
        return _Chunked()
    length = _LENGTH.search(head)
    if length is None:
        raise NotHttp("an answer says neither how long it is nor that it comes in chunks")
    return _Counted(int(length[1]))

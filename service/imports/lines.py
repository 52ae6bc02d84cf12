"""Lines of text, with the position of the byte behind each: reading can begin again at any of them.

CR LF, LF and CR end a line. Lines are cut on bytes, before they are decoded, so that a position is
exact in every encoding; in UTF-16 that means pairs of bytes. A line that is too long, has bytes
that are not text, or holds U+0000, which no database keeps, says so in ``fault``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from service.jobs.row_errors import Fault

LINE_BYTES_MAX: Final = 1024 * 1024
TOO_LONG: Final = Fault("line_too_long", f"A line may have {LINE_BYTES_MAX:,} bytes at the most.")
NUL: Final = Fault("nul", "The line holds U+0000, which is not text.")

Split = Callable[[bytes], list[bytes]]

_WIDE_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class Line(NamedTuple):
    """``end`` is the position behind it. A line that was too long has no text."""

    text: str
    end: int
    fault: Fault | None = None


class _Cut(NamedTuple):
    raw: bytes
    end: int
    is_too_long: bool


def lines(chunks: Iterable[bytes], start: int, encoding: str) -> Iterator[Line]:
    """The lines in ``chunks``, which begin at position ``start`` of the file."""
    return (_decoded(cut, encoding) for cut in _cuts(chunks, start, encoding))


def _decoded(cut: _Cut, encoding: str) -> Line:
    if cut.is_too_long:
        return Line("", cut.end, TOO_LONG)
    try:
        text = cut.raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} of the line is not text in {encoding}."
        return Line(cut.raw.decode(encoding, "replace"), cut.end, Fault("encoding", message))
    return Line(text, cut.end, NUL if "\0" in text else None)


def _cuts(chunks: Iterable[bytes], start: int, encoding: str) -> Iterator[_Cut]:
    split, newline, width = _manner(encoding)
    end, pending, dropped = start, b"", 0
    for chunk in chunks:
        pieces = split(pending + chunk)
        pending = pieces.pop() if pieces and not pieces[-1].endswith(newline) else b""
        for piece in pieces:
            end += dropped + len(piece)
            yield _Cut(piece, end, dropped + len(piece) > LINE_BYTES_MAX)
            dropped = 0
        if len(pending) > LINE_BYTES_MAX:  # forget what is too long, not where it ends
            surplus = len(pending) - width
            dropped, pending = dropped + surplus, pending[surplus:]
    if pending or dropped:
        end += dropped + len(pending)
        yield _Cut(pending, end, dropped + len(pending) > LINE_BYTES_MAX)


def _manner(encoding: str) -> tuple[Split, bytes, int]:
    """How to cut bytes, what ends a line for certain, and how many bytes a unit has."""
    if encoding.startswith("utf-16"):
        return partial(_split_wide, encoding), "\n".encode(encoding), 2
    return partial(bytes.splitlines, keepends=True), b"\n", 1


def _split_wide(encoding: str, data: bytes) -> list[bytes]:
    even = len(data) & ~1
    text = data[:even].decode(encoding, "surrogatepass")
    pieces = [piece.encode(encoding, "surrogatepass") for piece in _WIDE_LINE.findall(text)]
    odd = data[even:]
    if odd and pieces and not pieces[-1].endswith("\n".encode(encoding)):
        return [*pieces[:-1], pieces[-1] + odd]
    return [*pieces, odd] if odd else pieces

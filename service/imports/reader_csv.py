"""CSV (RFC 4180), read strictly.

The encoding is never guessed: a byte order mark says it, or ``encoding``, or it is UTF-8. The
delimiter is said, or counted in the first line. Python's parser is fed line by line, so that the
place behind each row is known although quoted cells may hold line ends.

A quote that is never closed would swallow the rest of the file into one cell. Here a row whose
quotes do not add up, or that grows too long, is one bad row: its first line; reading goes on at the
line after it. Where quotes are wrong all over a file, the end of a row is not looked for as far
ahead any more, so that the work stays in proportion to the file.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from service.core.errors import FieldError
from service.imports.errors import UnreadableFile
from service.imports.lines import LINE_BYTES_MAX, Line, lines
from service.imports.row import CELLS_UNKNOWN, Hints, Layout, Place, Row
from service.jobs.row_errors import Fault

ROW_BYTES_MAX: Final = LINE_BYTES_MAX
LOOKED_AHEAD_IN_VAIN_MAX: Final = 4 * ROW_BYTES_MAX
EARNED_BY_EACH_BYTE: Final = 4
COLUMNS_MAX: Final = 1000
DELIMITERS: Final = {",": ",", ";": ";", "|": "|", "\t": "\t", "tab": "\t"}
ENCODINGS: Final = (
    *("utf-8", "utf-16-le", "utf-16-be", "big5", "euc-jp", "euc-kr", "gb18030", "shift_jis"),
    *(f"iso-8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"windows-{n}" for n in range(1250, 1259)),
    *("koi8-r", "koi8-u", "macintosh"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

csv.field_size_limit(ROW_BYTES_MAX)


class CsvReader:
    """Comma-, semicolon-, tab- or bar-separated values with a header line."""

    media_types = ("text/csv", "application/csv", "application/octet-stream")

    def inspect(self, head: bytes, hints: Hints, *, is_whole: bool) -> Layout:
        """The columns, and how to read what follows the header line. Raises UnreadableFile."""
        mark, encoding = _encoding(head, hints.encoding)
        if hints.encoding is None:
            _require_text(head[mark:], encoding, is_whole=is_whole)
        first = next(lines([head[mark:]], mark, encoding), None)
        if first is None:
            raise _unreadable("empty", "The file is empty: it needs a header line.")
        delimiter = hints.delimiter or _counted(first.text)
        header = next(_rows([head[mark:]], Place(mark, 0), encoding, delimiter), None)
        if header is None:
            raise _unreadable("empty", "There are only empty lines: it needs a header line.")
        if header.place_after.position >= len(head) and not is_whole:
            raise _unreadable("header_too_long", "The header line does not end.")
        dialect = {"encoding": encoding, "delimiter": delimiter}
        return Layout(_columns(header), header.place_after.position, dialect)

    def rows(self, layout: Layout, chunks: Iterable[bytes], start: Place) -> Iterator[Row]:
        """The rows in ``chunks``, each with as many cells as there are columns, or a fault."""
        width = len(layout.columns)
        for row in _rows(chunks, start, layout.dialect["encoding"], layout.dialect["delimiter"]):
            if row.fault is None and len(row.cells) != width:
                message = f"It has {len(row.cells)} cells; the header has {width}."
                yield row._replace(fault=Fault("cell_count", message))
            else:
                yield row


class _Feed:
    """The lines of a row, as the parser asks for them; all but the first can be read again."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._again: deque[Line] = deque()
        self._ahead_max = LOOKED_AHEAD_IN_VAIN_MAX
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.taken.append(line)
        ahead = line.end - self.taken[0].end
        if line.text == "" or ahead > min(ROW_BYTES_MAX, self._ahead_max):
            raise csv.Error("the row is too long")
        return line.text

    def keep_only_first(self) -> None:
        """Read all but the first line again. What was looked at in vain has to be earned again."""
        self._ahead_max = max(0, self._ahead_max - (self.taken[-1].end - self.taken[0].end))
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def next_row(self) -> None:
        """The row is whole: its lines are behind us."""
        earned = EARNED_BY_EACH_BYTE * sum(len(line.text) for line in self.taken)
        self._ahead_max = min(LOOKED_AHEAD_IN_VAIN_MAX, self._ahead_max + earned)
        self.taken.clear()


def _rows(chunks: Iterable[bytes], start: Place, encoding: str, delimiter: str) -> Iterator[Row]:
    feed = _Feed(lines(chunks, start.position, encoding))
    parser = csv.reader(feed, delimiter=delimiter, strict=True)
    number = start.number
    while (row := _next_row(parser, feed, number + 1)) is not None:
        if row.cells or row.fault:  # an empty line is no row
            number += 1
            yield row
        feed.next_row()


def _next_row(parser: Iterator[list[str]], feed: _Feed, number: int) -> Row | None:
    try:
        cells = next(parser)
    except StopIteration:
        return None
    except csv.Error as error:
        return _broken(feed, number, str(error))
    fault = next((line.fault for line in feed.taken if line.fault), None)
    return Row(Place(feed.taken[-1].end, number), cells, fault)


def _broken(feed: _Feed, number: int, reason: str) -> Row:
    feed.keep_only_first()
    (first,) = feed.taken
    message = f"The row's quotes do not add up: {reason}. Only its first line was skipped."
    return Row(
        Place(first.end, number), CELLS_UNKNOWN, first.fault or Fault("broken_quotes", message)
    )


def _encoding(head: bytes, hint: str | None) -> tuple[int, str]:
    """The length of the byte order mark, and the encoding."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return len(mark), encoding
    return 0, hint or "utf-8"


def _require_text(head: bytes, encoding: str, *, is_whole: bool) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(head, final=is_whole)
    except UnicodeDecodeError as error:
        detail = (
            f"Byte {error.start + 1} is not text in {encoding}: say what it is with `encoding`."
        )
        raise _unreadable("encoding", detail) from None


def _counted(header: str) -> str:
    """The delimiter that stands most often in ``header``, outside of quotes; else a comma."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS.values(), key=bare.count)


def _columns(header: Row) -> tuple[str, ...]:
    if header.fault:
        raise _unreadable(header.fault.code, f"The header line: {header.fault.message}")
    names = tuple(header.cells)
    if len(names) > COLUMNS_MAX:
        raise _unreadable("too_many_columns", f"It may have {COLUMNS_MAX:,} columns at the most.")
    for n, name in enumerate(names, 1):
        if not name.strip():
            raise _unreadable("column_unnamed", f"Column {n} has no name.")
        if name in names[: n - 1]:
            raise _unreadable("column_repeated", f"Two columns are called {name[:100]}.")
    return names


def _unreadable(code: str, detail: str) -> UnreadableFile:
    return UnreadableFile(errors=[FieldError(detail, code=code)])

"""Row errors in the shape of the upload: its own columns, then what was wrong with the row."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from service.jobs.row_errors import StoredError, by_row

COLUMNS: Final = ("row", "column", "code", "message")


def lines(columns: Sequence[str], errors: Iterable[StoredError]) -> Iterator[str]:
    """The file, line by line. Where the upload has a column of ours, they are ``error_…``."""
    clash = not set(columns).isdisjoint(COLUMNS)
    ours = [f"error_{name}" if clash else name for name in COLUMNS]
    yield _line([*columns, *ours])
    for row in by_row(errors):
        yield _line([*_cells(columns, row[0]), *_account(row)])


def _cells(columns: Sequence[str], first: StoredError) -> list[str]:
    cells = orjson.loads(first.cells) if first.cells else []
    return [*cells, *[""] * len(columns)][: len(columns)]


def _account(row: Sequence[StoredError]) -> list[str]:
    first = row[0]
    messages = "; ".join(error.message for error in row)
    return [str(first.row), first.column or "", first.code, messages]


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()

"""What was wrong with single rows of a job's input.

It is kept with the row as it was uploaded, so that bad rows can be read, mended and sent again.

A job keeps the errors of its first ROWS_KEPT_MAX bad rows; it goes on counting those after them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection

from service.core.bulk import Bulk
from service.core.sql import Hot
from service.jobs.job import Json
from service.jobs.tables import job_errors

ROWS_KEPT_MAX: Final = 10_000
ERRORS_OF_ROW_MAX: Final = 5
ROW_BYTES_MAX: Final = 16 * 1024
MESSAGE_CHARACTERS_MAX: Final = 500
START: Final = (0, -1)

_INSERT = Bulk(job_errors)
_PAGE = Hot(
    "SELECT row_no, n, column_name, code, message, cells FROM job_errors"
    " WHERE job_id = :job_id AND (row_no, n) > (:row_no, :n) ORDER BY row_no, n LIMIT :limit"
)
_DELETE = Hot("DELETE FROM job_errors WHERE job_id = :job_id")


class Fault(NamedTuple):
    """One thing wrong with a row; ``column`` is None when it is the row as a whole."""

    code: str
    message: str
    column: str | None = None


class BadRow(NamedTuple):
    """A row that was not taken, numbered from 1, as uploaded; no ``cells`` where unreadable."""

    number: int
    faults: Sequence[Fault]
    cells: Sequence[str] | None


class StoredError(NamedTuple):
    """One row of ``job_errors``."""

    row: int
    n: int
    column: str | None
    code: str
    message: str
    cells: str | None

    def as_json(self) -> Json:
        """As the list of errors shows it."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "values": orjson.loads(self.cells) if self.cells else None,
        }


def keep(connection: Connection, job_id: str, bad: Sequence[BadRow], failed_before: int) -> None:
    """Write the errors of ``bad``, as far as the job may still keep any."""
    room = max(0, ROWS_KEPT_MAX - failed_before)
    _INSERT.insert(connection, [entry for row in bad[:room] for entry in _entries(job_id, row)])


def page(
    connection: Connection, job_id: str, after: tuple[int, int], limit: int
) -> list[StoredError]:
    """The next errors after the position ``(row, n)``, in the order of rows."""
    rows = _PAGE.rows(connection, job_id=job_id, row_no=after[0], n=after[1], limit=limit)
    return [StoredError(*row) for row in rows]


def forget(connection: Connection, job_id: str) -> None:
    """Delete the errors of a job."""
    _DELETE.run(connection, job_id=job_id)


def by_row(errors: Iterable[StoredError]) -> Iterator[list[StoredError]]:
    """The errors of each row together."""
    row: list[StoredError] = []
    for error in errors:
        if row and row[0].row != error.row:
            yield row
            row = []
        row.append(error)
    if row:
        yield row


def _entries(job_id: str, bad: BadRow) -> Iterator[tuple[object, ...]]:
    cells = _cells(bad)
    for n, fault in enumerate(bad.faults[:ERRORS_OF_ROW_MAX]):
        message = fault.message[:MESSAGE_CHARACTERS_MAX]
        yield job_id, bad.number, n, fault.column, fault.code, message, None if n else cells


def _cells(bad: BadRow) -> str | None:
    """The row as JSON text, unless it is longer than is kept."""
    if bad.cells is None or sum(map(len, bad.cells)) > ROW_BYTES_MAX:
        return None
    return orjson.dumps(bad.cells).decode()

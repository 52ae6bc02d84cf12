"""Running an import: chunks of rows, first parsed and validated, then written at one blow.

The transaction locks the space, checks that the rules the rows were validated by still hold,
decides the rows, moves the job's checkpoint (which fails if the job is not ours any more) and
writes records, log, row errors and progress together. So a chunk is there with its checkpoint or
not at all, and whoever goes on from the checkpoint, after whatever happened, writes every row once.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy import Connection

from service.changes.log import Log, OpenLog
from service.changes.position import position_of
from service.core.db import Database
from service.core.errors import Unavailable
from service.core.settings import Settings
from service.imports import record_ids
from service.imports.errors import RulesChanged, TooManyBadRows
from service.imports.options import Options
from service.imports.reader import READERS
from service.imports.row import Layout, Place, Row
from service.imports.rules import RuleBook, Rules, speaking_for
from service.imports.shaper import Shaper
from service.jobs import row_errors
from service.jobs.artifacts import Artifacts
from service.jobs.job import Json
from service.jobs.lease import Lease, Step
from service.jobs.row_errors import BadRow, Fault
from service.records.bulk_write import BulkWrite, ImportRow, Outcome, Target, send_ahead

CHUNK_BYTES_MAX: Final = 4 * 1024 * 1024
CHUNK_SECONDS_MAX: Final = 2.0
"""Of reading. So progress is seen, and a cancellation heeded, however long rows take."""
PAUSE_SECONDS: Final = 0.005
ANALYZE_ROWS_MIN: Final = 1_000
COUNTS: Final = ("created", "updated", "unchanged")

_ANALYZE: Final = {
    "sqlite": ("PRAGMA analysis_limit = 1000", "ANALYZE records", "ANALYZE changes"),
    "postgresql": ("ANALYZE records", "ANALYZE changes"),
}


class Pipeline:
    """Runs imports."""

    def __init__(
        self, db: Database, log: Log, rules: RuleBook, artifacts: Artifacts, settings: Settings
    ) -> None:
        self.db, self.log, self.rules, self.artifacts = db, log, rules, artifacts
        self.chunk_rows = settings.import_chunk_rows
        self.record_bytes_max = settings.record_bytes_max

    def run(self, lease: Lease) -> Iterator[None]:
        """Import as the job under ``lease`` says, from its checkpoint on; yields after each chunk.

        Raises LeaseLost, CancelRequested, TooManyBadRows, and what the rules raise when the creator
        has lost the right. After anything else nobody knows how far it came: reread the lease, run
        again.
        """
        yield from _Run(self, lease).chunks()


@dataclass(slots=True)
class _Chunk:
    """Rows that will be written together, from ``start`` to ``place``, which is behind the last."""

    start: Place
    place: Place = field(init=False)
    until: float = field(init=False)
    good: list[ImportRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    cells: dict[int, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place = self.start
        self.until = time.monotonic() + CHUNK_SECONDS_MAX

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.bad)

    @property
    def is_long(self) -> bool:
        """Whether it holds many bytes or took much time."""
        length = self.place.position - self.start.position
        return length > CHUNK_BYTES_MAX or time.monotonic() > self.until

    def add(self, row: Row, shaped: ImportRow | BadRow) -> None:
        self.place = row.place_after
        if isinstance(shaped, BadRow):
            self.bad.append(shaped)
        else:
            self.good.append(shaped)
            self.cells[row.number] = row.cells

    def all_bad(self, outcome: Outcome) -> list[BadRow]:
        """With the rows that were refused under the lock, in the order of the file."""
        refused = [
            BadRow(each.number, [Fault(each.code, each.message)], self.cells[each.number])
            for each in outcome.refused
        ]
        return sorted([*self.bad, *refused], key=lambda row: row.number)


class _Run:
    """One attempt at one job."""

    def __init__(self, pipeline: Pipeline, lease: Lease) -> None:
        self._pipeline = pipeline
        self._lease = lease
        parameters = lease.job.parameters
        self._options = Options.from_json(parameters)
        self._layout = Layout.from_json(parameters)

    def chunks(self) -> Iterator[None]:
        shaper = self._shaper()
        for chunk in self._read(shaper):
            self._write(chunk, shaper.rules)
            yield
            self._pause()
        self._analyze()

    def _shaper(self) -> Shaper:
        job, pipeline = self._lease.job, self._pipeline
        principal = speaking_for(job.created_by, job.id)
        with pipeline.db.snapshot() as connection:
            now = position_of(connection, job.space)
            rules = pipeline.rules.rules(connection, now, principal, self._options.collection)
        key = self._options.key
        id_of = record_ids.keyed(key) if key else record_ids.numbered(job)
        return Shaper(self._options, self._layout, rules, id_of, pipeline.record_bytes_max)

    def _read(self, shaper: Shaper) -> Iterator[_Chunk]:
        start = self._start()
        pieces = self._pipeline.artifacts.read(self._lease.job.input_id or "", start.position)
        chunk = _Chunk(start)
        for row in READERS[self._options.format].rows(self._layout, pieces, start):
            chunk.add(row, shaper.shape(row))
            if self._is_full(chunk) or chunk.is_long:
                yield chunk
                chunk = _Chunk(chunk.place)
        if chunk.rows:
            yield chunk

    def _start(self) -> Place:
        resume = self._lease.job.resume
        return Place(resume.get("position", self._layout.start), resume.get("row", 0))

    def _is_full(self, chunk: _Chunk) -> bool:
        may_fail = self._options.failed_max
        failed = self._lease.job.failed + len(chunk.bad)
        return chunk.rows >= self._pipeline.chunk_rows or (
            may_fail is not None and failed >= may_fail
        )

    def _write(self, chunk: _Chunk, rules: Rules) -> None:
        self._pipeline.log.write(
            self._lease.job.space,
            partial(self._write_locked, chunk, rules),
            prepare=partial(send_ahead, rows=chunk.good),
        )
        self._lease.announce()
        failed, failed_max = self._lease.job.failed, self._options.failed_max
        if failed_max is not None and failed >= failed_max:
            raise TooManyBadRows(f"{failed:,} rows were bad.", failed=failed)

    def _write_locked(
        self, chunk: _Chunk, rules: Rules, connection: Connection, open_log: OpenLog
    ) -> None:
        if not rules.access.holds_at(open_log):
            raise RulesChanged
        target = Target(self._options.collection, rules.access, self._options.mode)
        writing = BulkWrite(connection, open_log, target, chunk.good)
        bad, failed_before = chunk.all_bad(writing.outcome), self._lease.job.failed
        self._lease.checkpoint(connection, self._step(chunk, writing.outcome, len(bad)))
        row_errors.keep(connection, self._lease.job.id, bad, failed_before)
        writing.write(connection)

    def _step(self, chunk: _Chunk, outcome: Outcome, failed: int) -> Step:
        counted: Json = self._lease.job.resume.get("counts", {})
        counts = {name: counted.get(name, 0) + getattr(outcome, name) for name in COUNTS}
        checkpoint = {
            "position": chunk.place.position,
            "row": chunk.place.number,
            "counts": counts,
        }
        return Step(chunk.rows, failed, chunk.place.position, "importing", checkpoint)

    def _pause(self) -> None:
        """SQLite has one writer: let others in."""
        if self._pipeline.db.dialect == "sqlite":
            time.sleep(PAUSE_SECONDS)

    def _analyze(self) -> None:
        """Tell the planner what is there now. The import is done even if this cannot be."""
        if self._lease.job.done < ANALYZE_ROWS_MIN:
            return
        with suppress(Unavailable):
            self._pipeline.db.write(_analyze)


def _analyze(connection: Connection) -> None:
    for statement in _ANALYZE[connection.dialect.name]:
        connection.exec_driver_sql(statement)

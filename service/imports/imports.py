"""Taking in a file: it is kept as it comes, and looked at before there is a job.

The first bytes decide. Once the header and some rows can be read they are checked as the job would
check them; a file of which nothing fits is refused at once, with reasons, however long it is.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection

from service.auth.principal import Principal
from service.changes.position import position_of
from service.core.db import Database
from service.core.errors import FieldError, ServiceError
from service.core.offload import yield_now
from service.imports import record_ids
from service.imports.errors import InvalidImport, UnfitFile
from service.imports.options import Options
from service.imports.reader import HEAD_BYTES, READERS
from service.imports.row import Hints, Layout, Place, Row
from service.imports.rules import RuleBook, Rules
from service.imports.shaper import Shaper
from service.jobs.artifacts import Artifacts, NewArtifact, Writing
from service.jobs.job import Job
from service.jobs.jobs import Jobs
from service.jobs.row_errors import BadRow
from service.jobs.store import NewJob
from service.jobs.view import SeenJob

KIND: Final = "import"
TRIED_ROWS: Final = 20


class Request(NamedTuple):
    """Who wants what imported where."""

    principal: Principal
    space: str
    options: Options
    hints: Hints


class Imports:
    """Files into the collections of all spaces."""

    def __init__(
        self, db: Database, rules: RuleBook, jobs: Jobs, artifacts: Artifacts, bytes_max: int
    ) -> None:
        """``bytes_max`` is that of a record's data."""
        self._db = db
        self._rules = rules
        self._jobs = jobs
        self._artifacts = artifacts
        self._bytes_max = bytes_max

    def start(self, request: Request, body: Iterable[bytes], content_type: str) -> SeenJob:
        """Keep ``body`` (pieces of 256 KiB at most) and queue the job that imports it.

        Raises SpaceNotFound, Forbidden, CollectionNotFound, InvalidImport, UnreadableFile,
        UnfitFile.
        """
        rules = self._rules_for(request)
        _check(request.options, rules)
        new = NewArtifact(request.space, content_type, request.principal.user_id)
        writing = self._artifacts.begin(new)
        try:
            layout = self._receive(request, rules, writing, iter(body))
            job = self._db.write(partial(self._queue, request, layout, writing))
        except Exception:
            with suppress(ServiceError):  # it expires anyway, only later
                writing.abandon()
            raise
        self._jobs.announce_new(job)
        return SeenJob(job, rules.access.role, sees_rows=True, sample=[])

    def _rules_for(self, request: Request) -> Rules:
        with self._db.snapshot() as connection:
            now = position_of(connection, request.space)
            collection = request.options.collection
            return self._rules.rules(connection, now, request.principal, collection)

    def _receive(
        self, request: Request, rules: Rules, writing: Writing, pieces: Iterator[bytes]
    ) -> Layout:
        head = bytearray()
        while len(head) < HEAD_BYTES and (piece := next(pieces, b"")):
            writing.write(piece)
            head += piece
            yield_now()
        is_whole = len(head) < HEAD_BYTES
        layout = self._look(request, rules, bytes(head), is_whole=is_whole)
        writing.write_all(pieces)
        writing.flush()
        return layout

    def _look(self, request: Request, rules: Rules, head: bytes, *, is_whole: bool) -> Layout:
        """How to read the file that begins with ``head``. Raises when it should not be tried."""
        reader = READERS[request.options.format]
        layout = reader.inspect(head, request.hints, is_whole=is_whole)
        _require_columns(request.options, layout)
        rows = reader.rows(layout, [head[layout.start :]], Place(layout.start, 0))
        whole_rows = (row for row in rows if is_whole or row.place_after.position < len(head))
        self._try(request.options, layout, rules, islice(whole_rows, TRIED_ROWS))
        return layout

    def _try(self, options: Options, layout: Layout, rules: Rules, rows: Iterable[Row]) -> None:
        id_of = record_ids.keyed(options.key) if options.key else lambda _data, _number: "id"
        shaper = Shaper(options, layout, rules, id_of, self._bytes_max)
        shaped = [shaper.shape(row) for row in rows]
        bad = [row for row in shaped if isinstance(row, BadRow)]
        if bad and len(bad) == len(shaped):
            raise UnfitFile(errors=[_as_error(row) for row in bad])

    def _queue(
        self, request: Request, layout: Layout, writing: Writing, connection: Connection
    ) -> Job:
        writing.complete(connection)
        parameters = request.options.as_json() | layout.as_json() | {"sha256": writing.sha256}
        new = NewJob(
            space=request.space,
            kind=KIND,
            parameters=parameters,
            created_by=request.principal.user_id,
            unit="rows",
            input_id=writing.id,
            bytes_total=writing.bytes,
        )
        return self._jobs.create(connection, new)


def _check(options: Options, rules: Rules) -> None:
    if options.mode == "upsert" and not options.key:
        raise _invalid("key", "To update records a row must say which one it is: name the key.")
    if options.realm_column is None and not rules.access.sees(options.realm):
        raise _invalid("realm", f"You are not in the realm {options.realm}.")


def _require_columns(options: Options, layout: Layout) -> None:
    for name in options.named_columns():
        if name not in layout.columns:
            known = ", ".join(layout.columns[:50])
            raise _invalid(
                "key" if name in options.key else "realm",
                f"The file has no column {name}; it has {known}.",
            )


def _invalid(parameter: str, detail: str) -> InvalidImport:
    return InvalidImport(errors=[FieldError(detail, parameter=parameter)])


def _as_error(row: BadRow) -> FieldError:
    fault = row.faults[0]
    where = f", column {fault.column}" if fault.column else ""
    return FieldError(f"Row {row.number}{where}: {fault.message}", code=fault.code)

"""A worker's hold on a job.

A claim gives the job a new fencing token and a time until which it stays with the worker. Whatever
the worker does afterwards names the token, in the same statement that has the effect: one that was
given up for dead and wakes up later changes nothing. Time is the database's, so that clocks need
not agree.

An import's chunk is one transaction: the space's lock, then ``checkpoint``, then the rows. A
checkpoint that is refused takes the rows with it.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

import orjson
from sqlalchemy import Connection

from service.changes.log import Log, OpenLog
from service.core import clock
from service.core.db import Database
from service.core.sql import Hot, list_of
from service.events.bus import Bus
from service.jobs import store
from service.jobs.ending import EndState, end
from service.jobs.errors import CancelRequested, LeaseLost
from service.jobs.job import COLUMNS, Job, Json

JOBS_TOPIC: Final = "jobs"

_CLAIM = Hot(
    "UPDATE jobs SET state = 'running', token = token + 1,"  # noqa: S608 - constants
    " attempts = attempts + 1,"
    " worker = :worker, lease_until_ms = NOW_MS() + :lease_ms, version = version + 1,"
    " started_at = COALESCE(started_at, :at), updated_at = :at"
    " WHERE id = :id AND state = 'queued' AND run_after_ms <= NOW_MS() AND IN_LIST(kind, :kinds)"
    f" RETURNING {COLUMNS}"
)
_HEARTBEAT = Hot(
    "UPDATE jobs SET lease_until_ms = NOW_MS() + :lease_ms"
    " WHERE id = :id AND token = :token AND state IN ('running', 'canceling')"
)
_CHECKPOINT = Hot(
    "UPDATE jobs SET checkpoint = :checkpoint, done = done + :done,"  # noqa: S608 - constants
    " failed = failed + :failed,"
    " bytes_done = :bytes_done, phase = :phase, version = version + 1, updated_at = :at,"
    " lease_until_ms = NOW_MS() + :lease_ms"
    f" WHERE id = :id AND token = :token AND state = 'running' RETURNING {COLUMNS}"
)
_RELEASE = Hot(
    "UPDATE jobs SET state = 'queued', token = token + 1, attempts = attempts - :attempts,"
    " worker = NULL, lease_until_ms = NULL, dispatched_at_ms = NULL, version = version + 1,"
    " run_after_ms = NOW_MS() + :delay_ms, updated_at = :at"
    " WHERE id = :id AND token = :token AND state = 'running' RETURNING version"
)


@dataclass(frozen=True, slots=True)
class Step:
    """What a chunk adds: rows done and failed, the position in the input, where to go on (JSON)."""

    done: int
    failed: int
    bytes_done: int
    phase: str
    checkpoint: Json


class Leases:
    """Where workers get jobs from."""

    def __init__(self, db: Database, log: Log, bus: Bus, lease_seconds: int) -> None:
        self.db, self.log, self.bus = db, log, bus
        self.lease_ms = lease_seconds * 1000

    def claim(self, job_id: str, worker: str, kinds: tuple[str, ...]) -> "Lease | None":
        """Take the job; None if it is not due, not of ``kinds``, or somebody else was faster."""
        row = self.db.write(
            lambda connection: _CLAIM.row(
                connection,
                id=job_id,
                worker=worker,
                kinds=list_of(connection, kinds),
                lease_ms=self.lease_ms,
                at=clock.timestamp(),
            )
        )
        return Lease(self, Job._make(row)) if row else None


class Lease:
    """The hold on ``job``, which is the row as of the last checkpoint."""

    def __init__(self, leases: Leases, job: Job) -> None:
        self._leases = leases
        self.job = job

    def heartbeat(self) -> bool:
        """Hold on for another lease; False if the job is not ours any more."""
        return bool(
            self._leases.db.write(
                lambda connection: _HEARTBEAT.run(
                    connection,
                    id=self.job.id,
                    token=self.job.token,
                    lease_ms=self._leases.lease_ms,
                )
            )
        )

    def checkpoint(self, connection: Connection, step: Step) -> None:
        """Note ``step`` in the open transaction, or refuse it.

        Raises LeaseLost or CancelRequested: leave the transaction with them, so that nothing is
        written.
        """
        row = _CHECKPOINT.row(
            connection,
            id=self.job.id,
            token=self.job.token,
            checkpoint=orjson.dumps(step.checkpoint).decode(),
            done=step.done,
            failed=step.failed,
            bytes_done=step.bytes_done,
            phase=step.phase,
            lease_ms=self._leases.lease_ms,
            at=clock.timestamp(),
        )
        if row is None:
            _refuse(store.read(connection, self.job.id), self.job.token)
        self.job = Job._make(row)

    def reread(self) -> None:
        """Look what the database has, after an error that may have come before or after a commit.

        Raises LeaseLost, CancelRequested.
        """
        with self._leases.db.reading() as connection:
            job = store.read(connection, self.job.id)
        if job is None or job.token != self.job.token or job.state != "running":
            _refuse(job, self.job.token)
        else:
            self.job = job

    def finish(self, state: EndState, error: Json | None = None) -> None:
        """End the job, with ``error`` (``code`` and ``message``) if it failed. Raises LeaseLost."""

        def body(connection: Connection, open_log: OpenLog) -> bool:
            return end(connection, open_log, self.job, state, error=error)

        if not self._leases.log.write(self.job.space, body):
            raise LeaseLost
        self.announce()

    def release(self, *, delay_ms: int = 0, attempts: int = 0) -> None:
        """Put the job back into the queue; ``attempts`` says how many of them shall not count.

        Raises LeaseLost or CancelRequested.
        """

        def body(connection: Connection) -> None:
            row = _RELEASE.row(
                connection,
                id=self.job.id,
                token=self.job.token,
                attempts=attempts,
                delay_ms=delay_ms,
                at=clock.timestamp(),
            )
            if row is None:
                _refuse(store.read(connection, self.job.id), self.job.token)

        self._leases.db.write(body)
        self.announce()
        self._leases.bus.publish(JOBS_TOPIC, self.job.id)

    def announce(self) -> None:
        """Wake those who watch the job, after a commit."""
        announce(self._leases.bus, self.job.id)


def announce(bus: Bus, job_id: str) -> None:
    """Wake those who watch the job."""
    bus.publish(topic_of(job_id))


def topic_of(job_id: str) -> str:
    """What the bus calls news of the job."""
    return f"job:{job_id}"


def _refuse(job: Job | None, token: int) -> NoReturn:
    """Say why the job that was held under ``token`` is not ours to go on with."""
    if job is not None and job.token == token and job.state == "canceling":
        raise CancelRequested
    raise LeaseLost

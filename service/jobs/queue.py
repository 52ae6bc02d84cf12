"""Jobs that wait for a worker, and jobs whose worker fell silent.

A job is due when its time has come and nobody was told of it, or whoever was told has not claimed
it for UNCLAIMED_MS: a broker that loses everything it was given costs that long.
"""

from typing import Final

from sqlalchemy import Connection

from service.changes.log import Log, OpenLog
from service.core import clock
from service.core.db import Database
from service.core.sql import Hot, list_of
from service.events.bus import Bus
from service.jobs.ending import end
from service.jobs.job import COLUMNS, Job, Json
from service.jobs.lease import announce

UNCLAIMED_MS: Final = 2_000
REAPED_AT_ONCE_MAX: Final = 50
BACKOFF_MS: Final = 1_000
WORKER_LOST: Final[Json] = {
    "code": "worker_lost",
    "message": "Every worker that took this job was lost before it was done. What it wrote stays.",
}

_IS_DUE: Final = (
    "state = 'queued' AND run_after_ms <= NOW_MS()"
    f" AND (dispatched_at_ms IS NULL OR dispatched_at_ms < NOW_MS() - {UNCLAIMED_MS})"
)
_DUE = Hot(
    f"SELECT id FROM jobs WHERE {_IS_DUE} ORDER BY run_after_ms, id LIMIT :limit"  # noqa: S608 - constants
)
_MARK = Hot(
    "UPDATE jobs SET dispatched_at_ms = NOW_MS()"  # noqa: S608 - constants
    f" WHERE IN_LIST(id, :ids) AND {_IS_DUE} RETURNING id"
)
_UNMARK = Hot(
    "UPDATE jobs SET dispatched_at_ms = NULL WHERE IN_LIST(id, :ids) AND state = 'queued'"
)
_SILENT = Hot(
    f"SELECT {COLUMNS} FROM jobs WHERE state IN ('running', 'canceling')"  # noqa: S608 - constants
    f" AND lease_until_ms < NOW_MS() LIMIT {REAPED_AT_ONCE_MAX}"
)
_REQUEUE = Hot(
    "UPDATE jobs SET state = 'queued', token = token + 1, worker = NULL, lease_until_ms = NULL,"
    " dispatched_at_ms = NULL, run_after_ms = NOW_MS() + :delay_ms, version = version + 1,"
    " updated_at = :at WHERE id = :id AND token = :token AND state = 'running'"
    " AND lease_until_ms < NOW_MS()"
)


class Queue:
    """What the dispatcher asks of the jobs."""

    def __init__(self, db: Database, log: Log, bus: Bus) -> None:
        self._db, self._log, self._bus = db, log, bus

    def take_due(self, limit: int) -> list[str]:
        """The ids of due jobs, oldest first, which are now told to be on their way to a worker."""
        with self._db.reading() as connection:
            due = [row[0] for row in _DUE.rows(connection, limit=limit)]
        if not due:
            return []
        marked = self._db.write(
            lambda connection: {
                row[0] for row in _MARK.rows(connection, ids=list_of(connection, due))
            }
        )
        return [job_id for job_id in due if job_id in marked]

    def put_back(self, job_ids: list[str]) -> None:
        """The broker did not take these: they are due again."""
        self._db.write(lambda connection: _UNMARK.run(connection, ids=list_of(connection, job_ids)))

    def reap(self) -> int:
        """Take jobs away from workers whose lease has run out; how many."""
        with self._db.reading() as connection:
            silent = [Job._make(row) for row in _SILENT.rows(connection)]
        return sum(self._reap(job) for job in silent)

    def _reap(self, job: Job) -> bool:
        if job.state == "canceling" or job.attempts >= job.attempts_max:
            taken = self._log.write(job.space, lambda *open_: _end_lost(job, *open_))
        else:
            taken = bool(self._db.write(lambda connection: _requeue(connection, job)))
        announce(self._bus, job.id)
        return taken


def backoff_ms(attempts: int) -> int:
    """How long a job rests after so many attempts: 1 s, then 2, 4, 8."""
    return BACKOFF_MS << max(0, attempts - 1)


def _requeue(connection: Connection, job: Job) -> int:
    return _REQUEUE.run(
        connection,
        id=job.id,
        token=job.token,
        delay_ms=backoff_ms(job.attempts),
        at=clock.timestamp(),
    )


def _end_lost(job: Job, connection: Connection, open_log: OpenLog) -> bool:
    if job.state == "canceling":
        return end(connection, open_log, job, "canceled", is_held=False)
    return end(connection, open_log, job, "failed", error=WORKER_LOST, is_held=False)

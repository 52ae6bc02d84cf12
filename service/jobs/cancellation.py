"""Asking for the end of a job."""

from sqlalchemy import Connection

from service.changes.log import OpenLog
from service.core.sql import Hot
from service.jobs.ending import end
from service.jobs.job import COLUMNS, Job

_LOCK = Hot(
    f"SELECT {COLUMNS} FROM jobs WHERE id = :id",  # noqa: S608 - constants
    postgresql=f"SELECT {COLUMNS} FROM jobs WHERE id = :id FOR UPDATE",  # noqa: S608 - constants
)
_ASK = Hot(
    "UPDATE jobs SET state = CASE state WHEN 'running' THEN 'canceling' ELSE state END,"
    " cancel_requested = TRUE, version = version + 1, updated_at = :at"
    " WHERE id = :id AND token = :token AND state IN ('queued', 'running') AND NOT cancel_requested"
)


def cancel(job_id: str, connection: Connection, open_log: OpenLog) -> None:
    """End the job if nobody works on it, else leave word for whoever does.

    A job that has ended stays as it is.
    """
    row = _LOCK.row(connection, id=job_id)
    if row is None:
        return
    job = Job._make(row)
    _ASK.run(connection, id=job.id, token=job.token, at=open_log.at)
    if job.state == "queued":
        end(connection, open_log, job, "canceled")

"""How a job ends: once, in one transaction with the single line that the log has of it."""

from typing import Final, Literal

import orjson
from sqlalchemy import Connection

from service.changes.log import OpenLog
from service.core.sql import Hot, list_of
from service.jobs.job import Job, Json

EndState = Literal["succeeded", "failed", "canceled"]

IN_HAND: Final = ("running", "canceling")

_END = Hot(
    "UPDATE jobs SET state = :state, error = :error, token = token + 1, version = version + 1,"
    " outcome = CASE WHEN :state = 'succeeded' AND failed = 0 THEN 'complete'"
    " WHEN done > failed THEN 'partial' ELSE 'none' END,"
    " total = CASE WHEN :state = 'succeeded' THEN done ELSE total END,"
    " bytes_done = CASE WHEN :state = 'succeeded' AND bytes_total IS NOT NULL THEN bytes_total"
    " ELSE bytes_done END, phase = 'ended',"
    " worker = NULL, lease_until_ms = NULL, finished_at = :at, updated_at = :at"
    " WHERE id = :id AND token = :token AND IN_LIST(state, :from_states)"
    " AND (:is_held OR lease_until_ms < NOW_MS()) RETURNING version"
)


def end(
    connection: Connection,
    open_log: OpenLog,
    job: Job,
    state: EndState,
    *,
    error: Json | None = None,
    is_held: bool = True,
) -> bool:
    """End ``job`` if it is still under the same token; whether it was.

    ``is_held`` is False for those who end what a silent worker left: then its lease must have run
    out.
    """
    row = _END.row(
        connection,
        id=job.id,
        token=job.token,
        state=state,
        error=orjson.dumps(error).decode() if error else None,
        from_states=list_of(connection, ("queued", *IN_HAND)),
        is_held=is_held,
        at=open_log.at,
    )
    if row is None:
        return False
    open_log.append("job", state, job.id, version=row[0], actor=job.created_by)
    return True

"""Jobs in the database: making, reading and deleting them.

How their state changes is in ``lease``, ``queue``, ``cancellation`` and ``ending``.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from service.core import clock, log
from service.core.ids import new_id
from service.core.sql import Hot, Row
from service.jobs.job import ATTEMPTS_MAX, COLUMNS, SAMPLE_ERRORS_MAX, Job, Json

AFTER_EVERY_ID: Final = "~"

_OF: Final = ", ".join(f"j.{name}" for name in Job._fields)
_FIRST_ERRORS: Final = (
    "(SELECT row_no, column_name, code, message FROM job_errors WHERE job_id = j.id"  # noqa: S608 - constants
    f" ORDER BY row_no, n LIMIT {SAMPLE_ERRORS_MAX}) e"
)
_SEEN: Final = (
    f"SELECT {_OF}, m.role, m.realms, CASE WHEN j.failed > 0 THEN (SELECT"  # noqa: S608 - constants
    f" json_group_array(json_array(row_no, column_name, code, message)) FROM {_FIRST_ERRORS}) END"
    " FROM members m JOIN jobs j ON j.space = m.space WHERE m.user_id = :user_id"
)
_SPELT_BY_POSTGRES: Final = ("json_group_array(json_array(", "json_agg(json_build_array(")
_ONE: Final = f"{_SEEN} AND j.id = :id"
_LIST: Final = (
    f"{_SEEN} AND (:state = '' OR j.state = :state) AND (:kind = '' OR j.kind = :kind)"
    " AND j.id < :before ORDER BY j.id DESC LIMIT :limit"
)

_INSERT = Hot(
    "INSERT INTO jobs (id, space, kind, state, outcome, params, input_id,"  # noqa: S608 - constants
    " version, token,"
    " run_after_ms, attempts, attempts_max, cancel_requested, phase, unit, done, failed,"
    " bytes_done, bytes_total, created_by, request_id, created_at, updated_at)"
    " VALUES (:id, :space, :kind, 'queued', 'none', :params, :input_id, 1, 0, NOW_MS(), 0,"
    f" {ATTEMPTS_MAX}, FALSE, 'queued', :unit, 0, 0, 0, :bytes_total, :created_by, :request_id,"
    f" :at, :at) RETURNING {COLUMNS}"
)
_READ = Hot(f"SELECT {COLUMNS} FROM jobs WHERE id = :id")  # noqa: S608 - constants
_READ_SEEN = Hot(_ONE, postgresql=_ONE.replace(*_SPELT_BY_POSTGRES))
_READ_LIST = Hot(_LIST, postgresql=_LIST.replace(*_SPELT_BY_POSTGRES))
_DELETE = Hot("DELETE FROM jobs WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What a job is made of. ``unit`` is what it counts: ``rows``."""

    space: str
    kind: str
    parameters: Json
    created_by: str
    unit: str
    input_id: str | None = None
    bytes_total: int | None = None


class Sighting(NamedTuple):
    """A job and the membership through which a user sees it; ``realms`` is JSON text."""

    job: Job
    role: str
    realms: str
    sample: Any

    def sampled(self) -> list[Json]:
        """The first errors of its rows."""
        names = ("row", "column", "code", "message")
        found = orjson.loads(self.sample) if isinstance(self.sample, str) else self.sample
        return [dict(zip(names, error, strict=True)) for error in found or ()]


def insert(connection: Connection, new: NewJob) -> Job:
    """Create a job in the open transaction; it is queued, and due at once."""
    row = _INSERT.row(
        connection,
        id=new_id("job"),
        space=new.space,
        kind=new.kind,
        params=orjson.dumps(new.parameters).decode(),
        input_id=new.input_id,
        unit=new.unit,
        bytes_total=new.bytes_total,
        created_by=new.created_by,
        request_id=log.request_id(),
        at=clock.timestamp(),
    )
    assert row is not None  # noqa: S101 - INSERT … RETURNING answers its row
    return Job._make(row)


def read(connection: Connection, job_id: str) -> Job | None:
    """The job, whoever may see it."""
    row = _READ.row(connection, id=job_id)
    return Job._make(row) if row else None


def sighted(connection: Connection, user_id: str, job_id: str) -> Sighting | None:
    """The job, if it is in a space that the user is a member of."""
    row = _READ_SEEN.row(connection, id=job_id, user_id=user_id)
    return _sighting(row) if row else None


def listed(
    connection: Connection, user_id: str, wanted: dict[str, str], before: str, limit: int
) -> list[Sighting]:
    """Jobs of the user's spaces, newest first, below ``before``; ``wanted``: state and kind."""
    rows = _READ_LIST.rows(connection, user_id=user_id, before=before, limit=limit, **wanted)
    return [_sighting(row) for row in rows]


def delete(connection: Connection, job_id: str) -> None:
    """Delete the job's row."""
    _DELETE.run(connection, id=job_id)


def _sighting(row: Row) -> Sighting:
    *columns, role, realms, sample = row
    return Sighting(Job._make(columns), role, realms, sample)

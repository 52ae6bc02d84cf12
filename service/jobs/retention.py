"""Jobs that ended long ago are forgotten, with their row errors."""

from functools import partial
from typing import Final

from sqlalchemy import Connection

from service.core.clock import DAY_MS
from service.core.db import Database
from service.core.sql import Hot
from service.jobs import row_errors, store

KEPT_DAYS: Final = 90
REMOVED_AT_ONCE: Final = 20

_OLD = Hot(
    "SELECT id FROM jobs WHERE state IN ('succeeded', 'failed', 'canceled')"
    " AND run_after_ms < NOW_MS() - :kept_ms LIMIT :limit"
)


def remove_old(db: Database) -> int:
    """Forget jobs that have ended and were due more than KEPT_DAYS ago; how many."""
    with db.reading() as connection:
        rows = _OLD.rows(connection, kept_ms=KEPT_DAYS * DAY_MS, limit=REMOVED_AT_ONCE)
    old = [row[0] for row in rows]
    for job_id in old:
        db.write(partial(_remove, job_id))
    return len(old)


def _remove(job_id: str, connection: Connection) -> None:
    row_errors.forget(connection, job_id)
    store.delete(connection, job_id)

"""What people do with jobs: look at them, wait for them, cancel and delete them.

A job belongs to its space; every member sees how far it is. What it quotes of the uploaded rows is
only for its creator and for members who see every realm.
"""

from collections.abc import Iterator
from functools import partial

import orjson
from sqlalchemy import Connection

from service.auth.policy import decide, outranks
from service.auth.principal import Principal
from service.changes.log import Log
from service.core.db import Database
from service.core.lifecycle import draining
from service.events.bus import Bus, follow
from service.jobs import row_errors, row_errors_csv, store
from service.jobs.artifacts import Artifacts
from service.jobs.cancellation import cancel
from service.jobs.errors import JobForbidden, JobNotFinished, JobNotFound, RowErrorsHidden
from service.jobs.job import Job
from service.jobs.lease import JOBS_TOPIC, announce, topic_of
from service.jobs.row_errors import StoredError
from service.jobs.store import NewJob, Sighting
from service.jobs.view import SeenJob
from service.spaces.access import EVERY_REALM

ERRORS_AT_ONCE = 500


class Jobs:
    """The jobs of all spaces."""

    def __init__(self, db: Database, log: Log, bus: Bus, artifacts: Artifacts) -> None:
        self._db, self._log, self._bus = db, log, bus
        self._artifacts = artifacts

    def create(self, connection: Connection, new: NewJob) -> Job:
        """Queue a job in the caller's transaction. Call ``announce_new`` after its commit."""
        return store.insert(connection, new)

    def announce_new(self, job: Job) -> None:
        """Tell the dispatchers that a job is due."""
        self._bus.publish(JOBS_TOPIC, job.id)

    def get(self, principal: Principal, job_id: str) -> SeenJob:
        """The job as ``principal`` sees it, by one indexed read. Raises JobNotFound."""
        return self._sighted(principal, job_id, "jobs.read")

    def wait(self, principal: Principal, job: Job, timeout_seconds: float) -> SeenJob:
        """The job once it is no longer as ``job``, has ended, or nobody can wait any longer."""
        seen = [self.get(principal, job.id)]

        def is_news() -> bool:
            seen[0] = self.get(principal, job.id)
            return seen[0].job.ended or seen[0].job.version != job.version or bool(draining)

        follow(self._bus, topic_of(job.id), is_news, timeout_seconds)
        return seen[0]

    def listed(
        self, principal: Principal, wanted: dict[str, str], before: str, limit: int
    ) -> list[SeenJob]:
        """Jobs of the spaces that ``principal`` is a member of, newest first.

        ``wanted`` may name ``state`` and ``kind``; ``before`` is the id that the list goes on from.
        """
        everything = {"state": "", "kind": ""} | wanted
        with self._db.reading() as connection:
            found = store.listed(connection, principal.user_id, everything, before, limit)
        return [_seen(each, principal) for each in found]

    def cancel(self, principal: Principal, job_id: str) -> SeenJob:
        """Ask for the job's end: at once if it waits, else where its worker next can stop.

        A job that has ended stays as it is. Raises JobNotFound, JobForbidden.
        """
        job = self._managed(principal, job_id)
        self._log.write(job.space, partial(cancel, job.id))
        announce(self._bus, job.id)
        return self._sighted(principal, job_id, "jobs.manage")

    def delete(self, principal: Principal, job_id: str) -> None:
        """Remove a job that has ended, its row errors and its files. Raises JobNotFinished."""
        job = self._managed(principal, job_id)
        if not job.ended:
            raise JobNotFinished(state=job.state)
        self._db.write(partial(self._remove, job))

    def errors(
        self, principal: Principal, job_id: str, after: tuple[int, int], limit: int
    ) -> list[StoredError]:
        """The row errors behind ``(row, n)``. Raises JobNotFound, RowErrorsHidden."""
        self._with_rows(principal, job_id)
        with self._db.reading() as connection:
            return row_errors.page(connection, job_id, after, limit)

    def errors_csv(self, principal: Principal, job_id: str) -> Iterator[str]:
        """The row errors as lines of CSV in the shape of the upload; read as they are asked for."""
        job = self._with_rows(principal, job_id)
        return row_errors_csv.lines(job.parameters.get("columns", ()), self._all_errors(job_id))

    def _all_errors(self, job_id: str) -> Iterator[StoredError]:
        after = row_errors.START
        while True:
            with self._db.reading() as connection:
                page = row_errors.page(connection, job_id, after, ERRORS_AT_ONCE)
            yield from page
            if len(page) < ERRORS_AT_ONCE:
                return
            after = page[-1].row, page[-1].n

    def _with_rows(self, principal: Principal, job_id: str) -> Job:
        seen = self.get(principal, job_id)
        if not seen.sees_rows:
            raise RowErrorsHidden
        return seen.job

    def _managed(self, principal: Principal, job_id: str) -> Job:
        seen = self._sighted(principal, job_id, "jobs.manage")
        if seen.job.created_by != principal.user_id and not outranks(seen.role, "admin"):
            raise JobForbidden
        return seen.job

    def _sighted(self, principal: Principal, job_id: str, action: str) -> SeenJob:
        with self._db.reading() as connection:
            found = store.sighted(connection, principal.user_id, job_id)
        if found is None:
            raise JobNotFound
        decide(principal, action, found.role)
        return _seen(found, principal)

    def _remove(self, job: Job, connection: Connection) -> None:
        row_errors.forget(connection, job.id)
        self._artifacts.expire(connection, [job.input_id, job.result_id])
        store.delete(connection, job.id)


def _seen(found: Sighting, principal: Principal) -> SeenJob:
    sees_rows = found.job.created_by == principal.user_id or EVERY_REALM in orjson.loads(
        found.realms
    )
    sample = found.sampled() if sees_rows else []
    return SeenJob(found.job, found.role, sees_rows, sample)

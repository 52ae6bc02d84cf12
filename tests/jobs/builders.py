"""Jobs for tests: made, claimed, and looked at."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.log import OpenLog
from service.jobs import row_errors
from service.jobs.job import Job
from service.jobs.lease import Lease, Step
from service.jobs.row_errors import BadRow, Fault
from service.jobs.store import NewJob

CREATOR = "usr_creator"
KIND = "import"


@dataclass
class Desk:
    """What tests do with jobs, in few words."""

    backbone: Backbone

    def queue(self, space: str = "main", **about: Any) -> Job:
        """A job that waits."""
        defaults = {"kind": KIND, "parameters": {}, "created_by": CREATOR, "unit": "rows"}
        new = NewJob(space=space, **defaults | about)
        return self.backbone.db.write(lambda connection: self.backbone.jobs.create(connection, new))

    def claim(self, job: Job, worker: str = "worker") -> Lease:
        """A job that is in hand."""
        lease = self.backbone.leases.claim(job.id, worker, (KIND,))
        assert lease is not None
        return lease

    def now(self, job: Job) -> Job:
        """The job as it is."""
        return self.look(job.id)

    def look(self, job_id: str) -> Job:
        """The job as it is."""
        with self.backbone.db.reading() as connection:
            columns = connection.exec_driver_sql(f"SELECT * FROM jobs WHERE id = '{job_id}'")
            return Job._make(columns.one())

    def set(self, job: Job, assignments: str) -> None:
        """Change the job's row behind everybody's back."""
        statement = f"UPDATE jobs SET {assignments} WHERE id = '{job.id}'"
        self.backbone.db.write(lambda connection: connection.exec_driver_sql(statement))

    def step(self, lease: Lease, done: int = 1, failed: int = 0, **checkpoint: Any) -> None:
        """A chunk that is written."""

        def body(connection: Connection, _log: OpenLog) -> None:
            lease.checkpoint(connection, Step(done, failed, done, "importing", checkpoint))

        self.backbone.log.write(lease.job.space, body)

    def fail_rows(self, lease: Lease, *numbers: int, columns: tuple[str, ...] = ("a", "b")) -> None:
        """Rows that were bad."""
        bad = [
            BadRow(n, [Fault("type", "not a number", columns[0])], [f"{n}", "x"]) for n in numbers
        ]

        def body(connection: Connection) -> None:
            failed = lease.job.failed
            lease.checkpoint(connection, Step(len(bad), len(bad), 1, "importing", {}))
            row_errors.keep(connection, lease.job.id, bad, failed)

        self.backbone.db.write(body)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Whatever is in the database."""
        with self.backbone.db.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def job_lines(self) -> list[tuple[Any, ...]]:
        """What the log has of jobs."""
        return self.rows("SELECT op, id, version, actor FROM changes WHERE kind = 'job'")


def somebody(user_id: str = CREATOR) -> Principal:
    """A user with a key for everything."""
    return Principal(user_id, "key_1", frozenset({"admin"}), "member")


def join(desk: Desk, user_id: str, role: str = "editor", realms: str = '["shared"]') -> Principal:
    """A member of ``main``."""
    statement = (
        "INSERT INTO members (space, user_id, role, realms, version, seq, created_at, updated_at)"
        f" VALUES ('main', '{user_id}', '{role}', '{realms}', 1, 0, '2026', '2026')"
    )
    desk.backbone.db.write(lambda connection: connection.exec_driver_sql(statement))
    return somebody(user_id)

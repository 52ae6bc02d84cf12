"""Jobs for tests: made, claimed, and looked at."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.log import OpenLog
from service.core.sql import Hot
from service.jobs import row_errors, store
from service.jobs.job import Job
from service.jobs.lease import Lease, Step
from service.jobs.row_errors import BadRow, Fault
from service.jobs.store import NewJob
from service.spaces.tables import members

CREATOR = "usr_creator"
KIND = "import"


@dataclass
class Desk:
    """What tests do with jobs, in few words."""

    backbone: Backbone

    def queue(self, space: str = "main", **about: Any) -> Job:
        """A job that waits. Jobs sort by the millisecond: no two are made in the same one."""
        time.sleep(0.002)
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
            job = store.read(connection, job_id)
        assert job is not None
        return job

    def set(self, job: Job, assignments: str) -> None:
        """Change the job's row behind everybody's back."""
        statement = Hot(f"UPDATE jobs SET {assignments} WHERE id = :id")  # noqa: S608 - of a test
        self.backbone.db.write(lambda connection: statement.run(connection, id=job.id))

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
    row = {
        "space": "main",
        "user_id": user_id,
        "role": role,
        "realms": realms,
        "version": 1,
        "seq": 0,
        "created_at": "2026",
        "updated_at": "2026",
    }
    desk.backbone.db.write(lambda connection: connection.execute(members.insert().values(row)))
    return somebody(user_id)

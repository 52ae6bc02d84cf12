"""Real workers and dispatchers, started, signalled and killed by tests."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scripts.processes import DISPATCHER, ROOT, celery
from service.auth.principal import Principal
from service.backbone import Backbone
from service.imports.imports import Request
from service.imports.options import Options
from service.imports.row import Hints
from service.jobs.job import Job
from tests import untraced
from tests.databases import SECRET_KEY
from tests.imports import airports

TIMES = 15
FILE = airports.repeated(TIMES)
ROWS = airports.COUNT * TIMES
PIECE_BYTES = 65_536
LOOK_SECONDS = 0.01


@dataclass
class Site:
    """An installation whose web process is the test itself."""

    backbone: Backbone
    principal: Principal
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker with two children."""
        return self._start(celery(replace(self.backbone.settings, worker_concurrency=2)))

    def dispatcher(self) -> subprocess.Popen[bytes]:
        """Start a dispatcher."""
        return self._start(DISPATCHER)

    def upload(self, data: bytes = FILE) -> str:
        """Start an import; the job's id."""
        request = Request(self.principal, "main", Options("airports", key=("iata",)), Hints())
        pieces = [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]
        return self.backbone.imports.start(request, pieces, "text/csv").job.id

    def job(self, job_id: str) -> Job:
        """The job as it is."""
        return self.backbone.jobs.get(self.principal, job_id).job

    def wait(self, job_id: str, until: Callable[[Job], bool], seconds: float = 60) -> list[Job]:
        """What the job looked like on the way to what was waited for."""
        seen = [self.job(job_id)]
        deadline = time.monotonic() + seconds
        while not until(seen[-1]):
            assert time.monotonic() < deadline, f"waited in vain; it is {seen[-1]}"
            time.sleep(LOOK_SECONDS)
            seen.append(self.job(job_id))
        return seen

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Whatever is in the database."""
        with self.backbone.db.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def stop(self) -> None:
        """End what still runs."""
        for process in self.processes:
            kill(process)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        settings = self.backbone.settings
        environment = {
            "DATABASE_URL": settings.database_url,
            "DATA_DIR": str(settings.data_dir),
            "SECRET_KEY": SECRET_KEY,
            "REDIS_URL": settings.redis_url or "",
            "LEASE_SECONDS": str(settings.lease_seconds),
            "IMPORT_CHUNK_ROWS": str(settings.import_chunk_rows),
            "LOG_LEVEL": "WARNING",
        }
        process = subprocess.Popen(
            command, cwd=ROOT, env=untraced.environment() | environment, start_new_session=True
        )
        self.processes.append(process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and all its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def has_written(rows: int) -> Callable[[Job], bool]:
    """Whether so many rows are done."""
    return lambda job: job.done >= rows


def has_ended(job: Job) -> bool:
    """Whether nothing will happen any more."""
    return job.ended


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The ids of the processes that ``process`` started."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(child) for child in listed.split()]


def kill_all(process_ids: list[int]) -> None:
    """kill -9 for each."""
    for process_id in process_ids:
        os.kill(process_id, signal.SIGKILL)


def is_alive(process_id: int) -> bool:
    """Whether there still is such a process."""
    return Path(f"/proc/{process_id}/cmdline").exists()

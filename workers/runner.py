"""Running one job: claim it, let its kind work chunk by chunk, end it.

Nobody here assumes what became of a transaction that ended with an error, be it before, during or
after its commit. Every attempt begins by reading the job's row: the checkpoint says how far it
came, and the token whether it is still ours. An attempt that the database could not carry through
is made again after a while.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from service.core import log
from service.core.errors import ServiceError, Unavailable
from service.jobs.errors import CancelRequested, LeaseLost
from service.jobs.job import Json
from service.jobs.lease import Lease, Leases
from service.jobs.queue import backoff_ms
from workers.heartbeat import Heartbeat
from workers.kinds import Kind
from workers.stop import Stop

PATIENCE_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0)
INTERNAL: Final[Json] = {
    "code": "internal",
    "message": "Something went wrong on our side. The job's id finds it in the log.",
}

_logger = logging.getLogger(__name__)


class Runner:
    """Runs the jobs that it is told of, as ``worker``."""

    def __init__(self, leases: Leases, kinds: Mapping[str, Kind], stop: Stop, worker: str) -> None:
        self._leases = leases
        self._kinds = kinds
        self._stop = stop
        self._worker = worker

    def run(self, job_id: str) -> None:
        """Run the job if it can be had: a message about it may come twice, or too late."""
        if self._stop:
            return
        lease = self._leases.claim(job_id, self._worker, tuple(self._kinds))
        if lease is None:
            return
        log.begin(request_id=lease.job.request_id, job_id=job_id)
        _logger.info("job begins", extra={"kind": lease.job.kind, "attempt": lease.job.attempts})
        with Heartbeat(lease, self._leases.lease_ms / 1000):
            self._see_through(lease)
        _logger.info("job left", extra={"done": lease.job.done, "failed": lease.job.failed})

    def _see_through(self, lease: Lease) -> None:
        """Attempt it until it has ended, is given back, or is somebody else's."""
        failures = 0
        while True:
            version = lease.job.version
            try:
                return self._attempt(lease)
            except LeaseLost:
                return _logger.warning("the job is somebody else's, or it has ended")
            except Unavailable as error:
                _logger.warning("the job could not go on: %s", error)
                failures = failures + 1 if lease.job.version == version else 1
                if failures > len(PATIENCE_SECONDS) or self._stop:
                    return self._give_back(lease, error)
            self._stop.wait(PATIENCE_SECONDS[failures - 1])

    def _attempt(self, lease: Lease) -> None:
        try:
            lease.reread()
            for _ in self._kinds[lease.job.kind](lease):
                if self._stop:
                    return lease.release(attempts=1)
            lease.finish("succeeded")
        except (LeaseLost, Unavailable):
            raise
        except CancelRequested:
            lease.finish("canceled")
        except ServiceError as error:
            lease.finish("failed", {"code": error.code, "message": error.detail, **error.members})
        except Exception:  # whatever it was, the job has to end
            _logger.exception("a job failed")
            lease.finish("failed", INTERNAL)

    def _give_back(self, lease: Lease, error: Unavailable) -> None:
        """Let it rest. What cannot even be given back falls back when its lease runs out."""
        with suppress(LeaseLost, CancelRequested, Unavailable):
            if self._stop:
                lease.release(attempts=1)
            elif lease.job.attempts < lease.job.attempts_max:
                lease.release(delay_ms=backoff_ms(lease.job.attempts))
            else:
                lease.finish("failed", {"code": error.code, "message": error.detail})

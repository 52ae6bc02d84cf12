"""A job as JSON, as the contract has it.

Rate and remaining time are worked out from what is stored, not from the clock: the same version is
the same bytes, and can be answered with 304.
"""

from datetime import datetime
from typing import NamedTuple

import orjson

from service.jobs.job import Job, Json
from service.jobs.row_errors import ROWS_KEPT_MAX


class SeenJob(NamedTuple):
    """A job through the eyes of one member. ``sample`` is empty where its rows are not for them."""

    job: Job
    role: str
    sees_rows: bool
    sample: list[Json]

    def as_json(self) -> Json:
        """The resource."""
        job = self.job
        return {
            "id": job.id,
            "space": job.space,
            "kind": job.kind,
            "state": job.state,
            "outcome": job.outcome,
            "progress": progress_of(job),
            "counts": job.resume.get("counts", {}),
            "error": orjson.loads(job.error) if job.error else None,
            "errors": self._errors(),
            "result": None,
            "params": job.parameters,
            "attempts": job.attempts,
            "attempts_max": job.attempts_max,
            "cancel_requested": bool(job.cancel_requested),
            "version": job.version,
            "created_by": job.created_by,
            "request_id": job.request_id,
            "created_at": job.created_at,
            "started_at": job.started_at,
            "updated_at": job.updated_at,
            "finished_at": job.finished_at,
        }

    def _errors(self) -> Json:
        job = self.job
        shown = self.sees_rows and job.failed > 0
        return {
            "count": job.failed,
            "truncated": job.failed > ROWS_KEPT_MAX,
            "sample": self.sample,
            "url": f"/v1/jobs/{job.id}/errors.csv" if shown else None,
        }


def progress_of(job: Job) -> Json:
    """How far it is: in its unit, in bytes of its input, and how fast."""
    seconds = _seconds(job)
    rate = job.done / seconds if seconds else None
    return {
        "done": job.done,
        "total": job.total,
        "unit": job.unit,
        "failed": job.failed,
        "bytes_done": job.bytes_done,
        "bytes_total": job.bytes_total,
        "rate_per_s": round(rate, 1) if rate is not None else None,
        "eta_s": _eta_seconds(job, seconds),
        "phase": job.phase,
    }


def _seconds(job: Job) -> float:
    """From its first start to its last news."""
    if job.started_at is None:
        return 0.0
    begun, last = map(datetime.fromisoformat, (job.started_at, job.updated_at))
    return max(0.0, (last - begun).total_seconds())


def _eta_seconds(job: Job, seconds: float) -> int | None:
    if job.ended or not job.bytes_done or not job.bytes_total:
        return None
    return round(seconds * (job.bytes_total - job.bytes_done) / job.bytes_done)

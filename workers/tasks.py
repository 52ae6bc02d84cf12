"""What Celery may be asked to run."""

from typing import Final

from celery import shared_task

from workers.process import process

RUN_JOB: Final = "run_job"


@shared_task(name=RUN_JOB)
def run_job(job_id: str) -> None:
    """Run the job, if it still wants to be run and nobody else does."""
    process.run(job_id)

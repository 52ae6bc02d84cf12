"""What can go wrong with jobs. The last two are not for clients: they end a worker's run early."""

from typing import Any, ClassVar

from service.core.errors import Conflict, Forbidden, Gone, NotFound


class JobNotFound(NotFound):
    """There is no such job, or you are not a member of its space. GET /v1/jobs lists yours."""

    code = "job_not_found"
    title = "Job not found"


class JobNotFinished(Conflict):
    """The job has not ended. Cancel it, or wait until it has; ``state`` says where it is."""

    code = "job_not_finished"
    title = "Job not finished"
    example: ClassVar[dict[str, Any]] = {"state": "running"}


class JobForbidden(Forbidden):
    """This job is somebody else's. Its creator and the space's admins may do this."""

    code = "job_forbidden"
    title = "Not your job"


class RowErrorsHidden(Forbidden):
    """Row errors quote rows, of any realm. Ask the job's creator, or a member of every realm."""

    code = "row_errors_hidden"
    title = "Row errors are not for you"


class ArtifactGone(Gone):
    """The file has expired, or was never whole. Upload it again, which makes a new job."""

    code = "artifact_gone"
    title = "File gone"


class LeaseLost(Exception):
    """Another worker has the job, or it has ended: stop, what is done now has no effect."""


class CancelRequested(Exception):
    """Somebody asked for the job's cancellation: stop here, what is written stays."""

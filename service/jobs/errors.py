"""What can go wrong with jobs. The last two never leave a worker: they end a run early."""

from typing import Any, ClassVar

from service.core.errors import Conflict, Forbidden, Gone, Malformed, NotFound, ServiceError


class JobNotFound(NotFound):
    """There is no such job, or you are not a member of its space."""

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
    """Row errors quote rows: they are for the job's creator, and for members of every realm."""

    code = "row_errors_hidden"
    title = "Row errors are not for you"


class InvalidJobCursor(Malformed):
    """The cursor is not one that this list gave out. Start again without it."""

    code = "invalid_job_cursor"
    title = "Invalid cursor"


class UploadIncomplete(Malformed):
    """The body ended before it was whole. Nothing was kept; send it again."""

    code = "upload_incomplete"
    title = "Upload incomplete"


class ArtifactGone(Gone):
    """The file has expired, or was never whole."""

    code = "artifact_gone"
    title = "File gone"


class LeaseLost(ServiceError):
    """Another worker has the job, or it has ended: stop, what is done now has no effect."""

    code = "lease_lost"
    title = "Lease lost"


class CancelRequested(ServiceError):
    """Somebody asked for the job's cancellation: stop here, what is written stays."""

    code = "cancel_requested"
    title = "Cancellation requested"

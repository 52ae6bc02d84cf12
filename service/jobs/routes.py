"""Jobs over HTTP."""

import orjson
from flask import Response, current_app, request

from service.auth.guard import confirm, principal, requires
from service.core.errors import InvalidCursor
from service.core.keyring import Keyring
from service.http.api import Blueprint
from service.http.conditional import etag, not_modified
from service.http.contract import answers, fails, takes
from service.http.pages import PageQuery, PageWish, page_schema, read_page
from service.http.query import read_query
from service.jobs import row_errors, store
from service.jobs.errors import JobForbidden, JobNotFinished, JobNotFound, RowErrorsHidden
from service.jobs.jobs import Jobs
from service.jobs.row_errors import StoredError
from service.jobs.schemas import (
    ERROR_EXAMPLE,
    JOB_EXAMPLE,
    JobOut,
    JobsQuery,
    JobWaitQuery,
    StoredRowErrorOut,
)
from service.jobs.view import SeenJob

RETRY_SECONDS = 1

blueprint = Blueprint(
    "jobs", __name__, url_prefix="/v1/jobs", description="Work that takes longer than a request."
)

_wait_query, _jobs_query, _errors_query = JobWaitQuery(), JobsQuery(), PageQuery()


@blueprint.get("")
@requires("jobs.read")
@takes(query=_jobs_query)
@answers(
    200,
    page_schema(JobOut()),
    example={"data": [JOB_EXAMPLE], "next_cursor": None},
    headers=("Link",),
)
@fails(InvalidCursor)
def list_jobs() -> Response:
    """List the jobs of your spaces, newest first."""
    wish = read_page(_jobs_query, _keyring())
    before = wish.after or store.AFTER_EVERY_ID
    found = _jobs().listed(principal(), wish.query, before, wish.limit + 1)
    return wish.answer(found, lambda seen: seen.job.id, SeenJob.as_json)


@blueprint.get("/<id:job>")
@requires("jobs.read")
@takes(query=_wait_query, headers=("If-None-Match",))
@answers(200, JobOut(), example=JOB_EXAMPLE, headers=("ETag", "Retry-After"))
@answers(304, headers=("ETag", "Retry-After"))
@fails(JobNotFound)
def get_job(job: str) -> Response:
    """Read a job.

    With `wait` the answer comes when there is news: when the job is no longer as `If-None-Match`
    says (without it: as it was when you asked), or has ended. `Retry-After` is there until then.
    """
    seen = _jobs().get(principal(), job)
    seconds = read_query(_wait_query)["wait"]
    if seconds and _is_as_known(seen):
        seen = _jobs().wait(principal(), seen.job, seconds)
        confirm()
    return _hinted(not_modified(request, _tag(seen)) or _whole(seen, 200), seen)


@blueprint.put("/<id:job>/cancellation")
@requires("jobs.manage")
@answers(200, JobOut(), example=JOB_EXAMPLE, headers=("ETag", "Retry-After"))
@fails(JobNotFound, JobForbidden)
def cancel_job(job: str) -> Response:
    """Cancel a job.

    One that waits ends at once; one that runs ends within moments, and what it has written by then
    stays. A job that has ended is not changed. Asking again does no harm.
    """
    seen = _jobs().cancel(principal(), job)
    return _hinted(_whole(seen, 200), seen)


@blueprint.delete("/<id:job>")
@requires("jobs.manage")
@answers(204)
@fails(JobNotFound, JobForbidden, JobNotFinished)
def delete_job(job: str) -> Response:
    """Delete a job that has ended, with its upload and its row errors. What it wrote stays."""
    _jobs().delete(principal(), job)
    return Response(status=204)


@blueprint.get("/<id:job>/errors")
@requires("jobs.read")
@takes(query=_errors_query)
@answers(
    200,
    page_schema(StoredRowErrorOut()),
    example={"data": [{**ERROR_EXAMPLE, "values": ["00M", "Thigpen", "?"]}], "next_cursor": None},
    headers=("Link",),
)
@fails(JobNotFound, RowErrorsHidden, InvalidCursor)
def list_job_errors(job: str) -> Response:
    """List what was wrong with single rows, in the order of the upload."""
    wish = read_page(_errors_query, _keyring())
    found = _jobs().errors(principal(), job, _after(wish), wish.limit + 1)
    return wish.answer(found, lambda error: f"{error.row}.{error.n}", StoredError.as_json)


@blueprint.get("/<id:job>/errors.csv")
@requires("jobs.read")
@answers(
    200,
    {"type": "string"},
    media_type="text/csv",
    example="iata,name,latitude,row,column,code,message\r\n"
    '00M,Thigpen,?,31,latitude,type,"This value is not of type ""number"""\r\n',
)
@fails(JobNotFound, RowErrorsHidden)
def download_job_errors(job: str) -> Response:
    """Download the bad rows as CSV.

    They have the upload's own columns, then `row`, `column`, `code` and `message`: mend the rows,
    remove the last four columns, and upload the file again.
    """
    lines = _jobs().errors_csv(principal(), job)
    response = Response(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{job}-errors.csv"'
    return response


def accepted(seen: SeenJob) -> Response:
    """The answer to a request that made a job."""
    response = _hinted(_whole(seen, 202), seen)
    response.headers["Location"] = f"/v1/jobs/{seen.job.id}"
    return response


def _whole(seen: SeenJob, status: int) -> Response:
    body = orjson.dumps(seen.as_json())
    response = Response(body, status, content_type="application/json")
    response.headers["ETag"] = _tag(seen)
    return response


def _hinted(response: Response, seen: SeenJob) -> Response:
    """``Retry-After`` as long as asking again makes sense."""
    if not seen.job.ended:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _tag(seen: SeenJob) -> str:
    return etag(seen.job.id, seen.job.version, None if seen.sees_rows else "rowless")


def _is_as_known(seen: SeenJob) -> bool:
    """Whether the caller has seen the job as it is now; one who says nothing has."""
    return (
        "HTTP_IF_NONE_MATCH" not in request.environ or not_modified(request, _tag(seen)) is not None
    )


def _after(wish: PageWish) -> tuple[int, int]:
    row, _, n = wish.after.partition(".")
    return (int(row), int(n)) if n else row_errors.START


def _jobs() -> Jobs:
    jobs: Jobs = current_app.extensions["syncline"].jobs
    return jobs


def _keyring() -> Keyring:
    keyring: Keyring = current_app.extensions["syncline"].keyring
    return keyring

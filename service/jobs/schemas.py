"""The documented forms of jobs."""

from typing import Any, Final

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from service.core.clock import EXAMPLE as NOW
from service.http.fields import Boolean, Integer, QueryInteger, Schema, String
from service.http.pages import PageQuery
from service.jobs.job import OUTCOMES, SAMPLE_ERRORS_MAX, STATES

WAIT_SECONDS_MAX: Final = 25

ERROR_EXAMPLE: Final = {
    "row": 31,
    "column": "latitude",
    "code": "type",
    "message": 'This value is not of type "number"',
}
JOB_EXAMPLE: Final = {
    "id": "job_01jd8x0000000000000000000a",
    "space": "main",
    "kind": "import",
    "state": "running",
    "outcome": "none",
    "progress": {
        "done": 12000,
        "total": None,
        "unit": "rows",
        "failed": 1,
        "bytes_done": 4194304,
        "bytes_total": 14321035,
        "rate_per_s": 9500.0,
        "eta_s": 3,
        "phase": "importing",
    },
    "counts": {"created": 11999, "updated": 0, "unchanged": 0},
    "error": None,
    "errors": {
        "count": 1,
        "truncated": False,
        "sample": [ERROR_EXAMPLE],
        "url": "/v1/jobs/job_01jd8x0000000000000000000a/errors.csv",
    },
    "result": None,
    "params": {"collection": "airports", "format": "csv", "mode": "upsert", "key": "iata"},
    "attempts": 1,
    "attempts_max": 5,
    "cancel_requested": False,
    "version": 7,
    "created_by": "usr_01jd8x0000000000000000000a",
    "request_id": "5f0e8bd1c9a24d0f86a3",
    "created_at": NOW,
    "started_at": NOW,
    "updated_at": NOW,
    "finished_at": None,
}


def _count(description: str, **options: Any) -> Integer:
    return Integer(
        required=True, validate=Range(0), metadata={"description": description}, **options
    )


def _moment(**options: Any) -> ma.fields.DateTime:
    return ma.fields.DateTime(required=True, **options)


def _object(description: str, **options: Any) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(), required=True, metadata={"description": description}, **options
    )


class JobProgress(Schema):
    """How far a job is."""

    done = _count("Units that are dealt with, bad ones included.")
    total = _count("How many there are; null while nobody knows.", allow_none=True)
    unit = String(required=True, metadata={"description": "What is counted: rows."})
    failed = _count("Units that were bad.")
    bytes_done = _count("How much of the input has been read.")
    bytes_total = _count("The size of the input.", allow_none=True)
    rate_per_s = ma.fields.Float(required=True, allow_none=True)
    eta_s = _count("Seconds that it will still take, by the rate so far.", allow_none=True)
    phase = String(required=True)


class RowErrorOut(Schema):
    """One thing wrong with a row of the input."""

    row = _count("Rows are counted from 1; the header is not one, nor are empty lines.")
    column = String(required=True, allow_none=True)
    code = String(required=True)
    message = String(required=True)


class StoredRowErrorOut(RowErrorOut):
    """The same, with the row as it was uploaded."""

    values = ma.fields.List(
        String(),
        required=True,
        allow_none=True,
        metadata={"description": "Only with the first error of a row, and if it is not too long."},
    )


class JobErrors(Schema):
    """What was wrong with single rows."""

    count = _count("Bad rows.")
    truncated = Boolean(
        required=True, metadata={"description": "Whether only the first of them are kept."}
    )
    sample = ma.fields.List(
        ma.fields.Nested(RowErrorOut()), required=True, validate=Length(max=SAMPLE_ERRORS_MAX)
    )
    url = String(
        required=True,
        allow_none=True,
        metadata={"description": "All of them, as CSV in the shape of the upload."},
    )


class JobOut(Schema):
    """A job."""

    id = String(required=True)
    space = String(required=True)
    kind = String(required=True)
    state = String(required=True, validate=OneOf(STATES))
    outcome = String(
        required=True,
        validate=OneOf(OUTCOMES),
        metadata={"description": "`partial`: something was done, but not everything."},
    )
    progress = ma.fields.Nested(JobProgress(), required=True)
    counts = _object("What came of the rows.")
    error = _object("Why the job failed: `code`, `message`.", allow_none=True)
    errors = ma.fields.Nested(JobErrors(), required=True)
    result = _object("The file that it made.", allow_none=True)
    params = _object("What it was asked to do.")
    attempts = _count("How many workers have begun it.")
    attempts_max = _count("How many may.")
    cancel_requested = Boolean(required=True)
    version = _count("Counts every change that can be seen.")
    created_by = String(required=True)
    request_id = String(required=True)
    created_at = _moment()
    started_at = _moment(allow_none=True)
    updated_at = _moment()
    finished_at = _moment(allow_none=True)


class JobWaitQuery(Schema):
    """How long to wait for news."""

    wait = QueryInteger(
        load_default=0,
        validate=Range(0, WAIT_SECONDS_MAX),
        metadata={"description": "Seconds to wait until it is no longer as `If-None-Match` says."},
    )


class JobsQuery(PageQuery):
    """Which jobs."""

    state = String(validate=OneOf(STATES), metadata={"description": "Only those in this state."})
    kind = String(
        validate=Length(1, 32), metadata={"description": "Only those of this kind: `import`."}
    )

"""A job as JSON: worked out from what is stored, so that a version is always the same bytes."""

from typing import Any

from service.jobs.job import Job
from service.jobs.row_errors import ROWS_KEPT_MAX
from service.jobs.view import SeenJob, progress_of

ROW = Job(
    id="job_1",
    space="main",
    kind="import",
    state="running",
    outcome="none",
    params='{"collection":"todos"}',
    input_id="art_1",
    result_id=None,
    error=None,
    version=4,
    token=1,
    worker="w",
    lease_until_ms=1,
    run_after_ms=1,
    dispatched_at_ms=None,
    attempts=1,
    attempts_max=5,
    cancel_requested=False,
    checkpoint='{"counts":{"created":90}}',
    phase="importing",
    unit="rows",
    done=100,
    total=None,
    failed=10,
    bytes_done=250,
    bytes_total=1000,
    created_by="usr",
    request_id="r",
    created_at="2026-11-22T13:57:40.000Z",
    started_at="2026-11-22T13:57:50.000Z",
    updated_at="2026-11-22T13:57:52.500Z",
    finished_at=None,
)
SAMPLE = [{"row": 1, "column": "a", "code": "type", "message": "no"}]


def seen(*, sees_rows: bool = True, **changed: Any) -> dict[str, Any]:
    sample = SAMPLE if sees_rows else []
    return SeenJob(ROW._replace(**changed), "editor", sees_rows, sample).as_json()


def test_rate_and_remaining_time_follow_from_what_was_done() -> None:
    progress = progress_of(ROW)

    assert (progress["rate_per_s"], progress["eta_s"]) == (40.0, 8)


def test_a_job_that_waits_has_no_rate() -> None:
    progress = progress_of(ROW._replace(started_at=None, done=0, bytes_done=0))

    assert (progress["rate_per_s"], progress["eta_s"]) == (None, None)


def test_a_job_that_has_ended_takes_no_more_time() -> None:
    assert progress_of(ROW._replace(state="succeeded"))["eta_s"] is None


def test_row_errors_come_with_a_sample_and_the_place_of_all_of_them() -> None:
    assert seen()["errors"] == {
        "count": 10,
        "truncated": False,
        "sample": SAMPLE,
        "url": "/v1/jobs/job_1/errors.csv",
    }


def test_row_errors_are_counted_beyond_those_that_are_kept() -> None:
    assert seen(failed=ROWS_KEPT_MAX + 1)["errors"]["truncated"]


def test_those_who_may_not_see_rows_see_how_many_were_bad() -> None:
    assert seen(sees_rows=False)["errors"] == {
        "count": 10,
        "truncated": False,
        "sample": [],
        "url": None,
    }


def test_a_job_shows_what_it_was_asked_what_came_of_it_and_why_it_failed() -> None:
    body = seen(state="failed", error='{"code":"worker_lost"}')

    assert body["params"] == {"collection": "todos"}
    assert body["counts"] == {"created": 90}
    assert body["error"] == {"code": "worker_lost"}

"""Jobs that ended long ago are forgotten."""

from service.jobs import retention
from tests.jobs.builders import Desk

LONG_AGO = "run_after_ms = run_after_ms - 91 * CAST(86400000 AS BIGINT)"


def test_an_old_job_goes_with_its_row_errors(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.fail_rows(lease, 1, 2)
    lease.finish("succeeded")
    desk.set(lease.job, LONG_AGO)

    assert retention.remove_old(desk.backbone.db) == 1

    assert desk.rows("SELECT id FROM jobs") == []
    assert desk.rows("SELECT job_id FROM job_errors") == []


def test_a_job_that_ended_lately_and_one_that_still_waits_stay(desk: Desk) -> None:
    desk.claim(desk.queue()).finish("succeeded")
    desk.set(desk.queue(), LONG_AGO)

    assert retention.remove_old(desk.backbone.db) == 0

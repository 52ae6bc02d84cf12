"""What people do with jobs, and who may."""

import threading
import time

import pytest

from service.auth.errors import RoleForbidden
from service.jobs.errors import JobForbidden, JobNotFinished, JobNotFound, RowErrorsHidden
from tests.jobs.builders import Desk, join, somebody


def test_members_see_the_jobs_of_their_spaces(desk: Desk) -> None:
    member, job = join(desk, "usr_member"), desk.queue()

    assert desk.backbone.jobs.get(member, job.id).job == job
    assert [seen.job.id for seen in desk.backbone.jobs.listed(member, {}, "~", 10)] == [job.id]


def test_for_others_there_is_no_such_job(desk: Desk) -> None:
    job = desk.queue()

    with pytest.raises(JobNotFound):
        desk.backbone.jobs.get(somebody("usr_stranger"), job.id)
    assert desk.backbone.jobs.listed(somebody("usr_stranger"), {}, "~", 10) == []


def test_a_list_is_newest_first_goes_on_and_can_be_narrowed(desk: Desk) -> None:
    member = join(desk, "usr_member")
    first, second, third = desk.queue(), desk.queue(kind="report"), desk.queue()
    desk.claim(third)

    def listed(before: str = "~", **wanted: str) -> list[str]:
        found = desk.backbone.jobs.listed(member, wanted, before, 2)
        return [seen.job.id for seen in found]

    assert listed() == [third.id, second.id]
    assert listed(second.id) == [first.id]
    assert listed(kind="report") == [second.id]
    assert listed(state="running") == [third.id]


def test_rows_are_quoted_to_the_creator_and_to_members_of_every_realm(desk: Desk) -> None:
    creator = join(desk, "usr_creator")
    everybody = join(desk, "usr_everywhere", "viewer", '["*"]')
    colleague = join(desk, "usr_colleague", "admin")
    lease = desk.claim(desk.queue(parameters={"columns": ["a", "b"]}))
    desk.fail_rows(lease, 3)
    jobs, job_id = desk.backbone.jobs, lease.job.id

    sample = [{"row": 3, "column": "a", "code": "type", "message": "not a number"}]
    assert jobs.get(creator, job_id).sample == sample
    assert jobs.get(everybody, job_id).sample == sample
    assert jobs.get(colleague, job_id).sample == []
    assert len(jobs.errors(creator, job_id, (0, -1), 10)) == 1
    assert list(jobs.errors_csv(everybody, job_id))[1] == "3,x,3,a,type,not a number\r\n"
    with pytest.raises(RowErrorsHidden):
        jobs.errors(colleague, job_id, (0, -1), 10)
    with pytest.raises(RowErrorsHidden):
        jobs.errors_csv(colleague, job_id)


def test_the_file_of_row_errors_is_read_in_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.jobs.ERRORS_AT_ONCE", 2)
    creator = join(desk, "usr_creator")
    lease = desk.claim(desk.queue(parameters={"columns": ["a", "b"]}))
    desk.fail_rows(lease, *range(1, 6))

    assert len(list(desk.backbone.jobs.errors_csv(creator, lease.job.id))) == 6


def test_a_job_that_waits_is_canceled_at_once(desk: Desk) -> None:
    creator, job = join(desk, "usr_creator"), desk.queue()

    seen = desk.backbone.jobs.cancel(creator, job.id)

    assert (seen.job.state, seen.job.outcome, seen.job.cancel_requested) == (
        "canceled",
        "none",
        True,
    )
    assert [line[0] for line in desk.job_lines()] == ["canceled"]


def test_a_job_that_runs_is_asked_to_end(desk: Desk) -> None:
    creator, lease = join(desk, "usr_creator"), desk.claim(desk.queue())

    assert desk.backbone.jobs.cancel(creator, lease.job.id).job.state == "canceling"
    again = desk.backbone.jobs.cancel(creator, lease.job.id)

    assert again.job.version == lease.job.version + 1
    lease.finish("canceled")
    assert desk.now(lease.job).state == "canceled"


def test_a_job_that_has_ended_stays_as_it_is(desk: Desk) -> None:
    creator, lease = join(desk, "usr_creator"), desk.claim(desk.queue())
    lease.finish("succeeded")

    assert desk.backbone.jobs.cancel(creator, lease.job.id).job == desk.now(lease.job)
    assert desk.now(lease.job).state == "succeeded"


def test_the_creator_and_admins_may_cancel_and_delete(desk: Desk) -> None:
    colleague, admin = join(desk, "usr_colleague"), join(desk, "usr_admin", "admin")
    viewer, job = join(desk, "usr_viewer", "viewer"), desk.queue()

    with pytest.raises(JobForbidden):
        desk.backbone.jobs.cancel(colleague, job.id)
    with pytest.raises(RoleForbidden):
        desk.backbone.jobs.cancel(viewer, job.id)
    assert desk.backbone.jobs.cancel(admin, job.id).job.state == "canceled"
    with pytest.raises(JobForbidden):
        desk.backbone.jobs.delete(colleague, job.id)


def test_only_a_job_that_has_ended_is_deleted(desk: Desk) -> None:
    creator, job = join(desk, "usr_creator"), desk.queue()

    with pytest.raises(JobNotFinished):
        desk.backbone.jobs.delete(creator, job.id)
    desk.backbone.jobs.cancel(creator, job.id)
    desk.backbone.jobs.delete(creator, job.id)

    with pytest.raises(JobNotFound):
        desk.backbone.jobs.get(creator, job.id)


def test_who_waits_for_a_job_is_told_of_its_next_step(desk: Desk) -> None:
    creator, lease = join(desk, "usr_creator"), desk.claim(desk.queue())
    known = lease.job

    def step() -> None:
        desk.step(lease, done=5)
        lease.announce()

    threading.Timer(0.3, step).start()
    seen = desk.backbone.jobs.wait(creator, known, 10)

    assert seen.job.done == 5


def test_a_wait_runs_out(desk: Desk) -> None:
    creator, job = join(desk, "usr_creator"), desk.queue()
    begun = time.monotonic()

    assert desk.backbone.jobs.wait(creator, job, 0.2).job == job
    assert 0.2 <= time.monotonic() - begun < 5

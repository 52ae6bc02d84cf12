"""Jobs that wait are handed out until somebody takes them; jobs in silent hands are taken away."""

import pytest

from tests.jobs.builders import Desk, join


def test_a_new_job_is_due_once(desk: Desk) -> None:
    first, second = desk.queue(), desk.queue()

    assert desk.backbone.queue.take_due(10) == [first.id, second.id]
    assert desk.backbone.queue.take_due(10) == []


def test_no_more_are_taken_than_there_is_room_for(desk: Desk) -> None:
    first, second = desk.queue(), desk.queue()

    assert desk.backbone.queue.take_due(1) == [first.id]
    assert desk.backbone.queue.take_due(0) == []
    assert desk.backbone.queue.take_due(1) == [second.id]


def test_a_job_that_nobody_claims_is_due_again_two_seconds_later(desk: Desk) -> None:
    job = desk.queue()
    desk.backbone.queue.take_due(10)
    desk.set(job, "dispatched_at_ms = dispatched_at_ms - 2100")

    assert desk.backbone.queue.take_due(10) == [job.id]


def test_a_job_that_the_broker_did_not_take_is_due_at_once(desk: Desk) -> None:
    job = desk.queue()
    taken = desk.backbone.queue.take_due(10)

    desk.backbone.queue.put_back(taken)

    assert desk.backbone.queue.take_due(10) == [job.id]


def test_a_job_in_hand_is_not_due(desk: Desk) -> None:
    desk.claim(desk.queue())

    assert desk.backbone.queue.take_due(10) == []


def test_a_silent_workers_job_goes_back_and_rests(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.step(lease, position=7)
    desk.set(lease.job, "lease_until_ms = 0")

    assert desk.backbone.queue.reap() == 1

    job = desk.now(lease.job)
    assert (job.state, job.attempts, job.token) == ("queued", 1, lease.job.token + 1)
    assert 500 < job.run_after_ms - lease.job.run_after_ms < 60_000
    assert job.resume == {"position": 7}
    assert desk.job_lines() == []


def test_a_worker_that_is_heard_of_keeps_its_job(desk: Desk) -> None:
    lease = desk.claim(desk.queue())

    assert desk.backbone.queue.reap() == 0
    assert lease.heartbeat()


@pytest.mark.parametrize("attempts", ["1", "attempts_max"])
def test_a_worker_heard_of_at_the_last_moment_keeps_its_job(desk: Desk, attempts: str) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, f"lease_until_ms = 0, attempts = {attempts}")
    looked_silent = desk.now(lease.job)
    lease.heartbeat()

    assert not desk.backbone.queue._reap(looked_silent)
    assert desk.now(lease.job).state == "running"


def test_a_job_that_lost_every_worker_fails_and_says_so(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, "lease_until_ms = 0, attempts = attempts_max")

    assert desk.backbone.queue.reap() == 1

    job = desk.now(lease.job)
    assert job.state == "failed"
    assert '"worker_lost"' in (job.error or "")
    assert [line[0] for line in desk.job_lines()] == ["failed"]


def test_a_job_whose_worker_is_lost_while_it_is_canceled_is_canceled(desk: Desk) -> None:
    creator = join(desk, "usr_creator")
    lease = desk.claim(desk.queue())
    desk.backbone.jobs.cancel(creator, lease.job.id)
    desk.set(lease.job, "lease_until_ms = 0")

    assert desk.backbone.queue.reap() == 1

    assert desk.now(lease.job).state == "canceled"
    assert [line[0] for line in desk.job_lines()] == ["canceled"]

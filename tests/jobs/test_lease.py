"""A worker's hold on a job: who has the token has the job, and nobody else."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection

from service.changes.log import OpenLog
from service.jobs.errors import CancelRequested, LeaseLost
from service.jobs.lease import Step
from tests.jobs.builders import KIND, Desk, join


def test_of_ten_who_hear_of_a_job_one_gets_it(desk: Desk) -> None:
    job = desk.queue()
    claim = partial(desk.backbone.leases.claim, job.id, "worker", (KIND,))

    with ThreadPoolExecutor(10) as pool:
        leases = list(pool.map(lambda _: claim(), range(10)))

    assert [lease is None for lease in leases].count(False) == 1
    assert (desk.now(job).state, desk.now(job).token, desk.now(job).attempts) == ("running", 1, 1)


def test_a_job_of_a_kind_that_the_worker_does_not_know_waits_for_another(desk: Desk) -> None:
    job = desk.queue(kind="report")

    assert desk.backbone.leases.claim(job.id, "worker", (KIND,)) is None
    assert desk.now(job).state == "queued"


def test_a_job_that_rests_is_not_claimed_before_its_time(desk: Desk) -> None:
    job = desk.queue()
    desk.set(job, "run_after_ms = run_after_ms + 60000")

    assert desk.backbone.leases.claim(job.id, "worker", (KIND,)) is None


def test_a_claim_holds_for_the_lease_and_a_heartbeat_for_another(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    until = lease.job.lease_until_ms or 0
    assert until == pytest.approx(time.time() * 1000 + 30_000, abs=10_000)

    time.sleep(0.05)

    assert lease.heartbeat()
    assert (desk.now(lease.job).lease_until_ms or 0) > until


def test_a_worker_that_lost_the_job_has_no_heartbeat(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, "token = token + 1")

    assert not lease.heartbeat()


def test_a_checkpoint_adds_up_and_is_seen_as_a_new_version(desk: Desk) -> None:
    lease = desk.claim(desk.queue())

    desk.step(lease, done=3, failed=1, position=30)
    desk.step(lease, done=2, position=50)

    job = desk.now(lease.job)
    assert (job.done, job.failed, job.bytes_done, job.phase) == (5, 1, 2, "importing")
    assert job.resume == {"position": 50}
    assert job.version == 4
    assert lease.job == job


def test_a_checkpoint_of_a_lost_job_takes_its_rows_with_it(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, "token = token + 1")

    def body(connection: Connection, open_log: OpenLog) -> None:
        open_log.append("record", "create", "r1", version=1, actor="usr", collection="todos")
        lease.checkpoint(connection, Step(1, 0, 10, "importing", {}))

    with pytest.raises(LeaseLost):
        desk.backbone.log.write("main", body)
    assert desk.rows("SELECT * FROM changes") == []
    assert desk.now(lease.job).done == 0


def test_a_checkpoint_says_when_the_job_shall_be_canceled(desk: Desk) -> None:
    creator = join(desk, "usr_creator")
    lease = desk.claim(desk.queue())
    desk.backbone.jobs.cancel(creator, lease.job.id)

    with pytest.raises(CancelRequested):
        desk.step(lease)


def test_after_an_error_the_database_says_how_far_it_came(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.step(lease, position=10)
    lease.job = lease.job._replace(checkpoint='{"position":20}')

    lease.reread()

    assert lease.job.resume == {"position": 10}


def test_after_an_error_the_job_may_be_somebody_elses(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, "token = token + 1")

    with pytest.raises(LeaseLost):
        lease.reread()


def test_a_job_given_back_is_due_again_and_its_attempt_does_not_count(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.step(lease, position=10)

    lease.release(attempts=1)

    job = desk.now(lease.job)
    assert (job.state, job.attempts, job.worker, job.lease_until_ms) == ("queued", 0, None, None)
    assert desk.claim(job).job.resume == {"position": 10}


def test_what_was_given_back_cannot_be_written_to_any_more(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    lease.release()

    with pytest.raises(LeaseLost):
        desk.step(lease)


def test_a_job_ends_once_with_one_line_in_the_log(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    desk.step(lease, done=2)

    lease.finish("succeeded")
    with pytest.raises(LeaseLost):
        lease.finish("failed", {"code": "late"})

    job = desk.now(lease.job)
    assert (job.state, job.outcome, job.total, job.error) == ("succeeded", "complete", 2, None)
    assert desk.job_lines() == [("succeeded", job.id, job.version, "usr_creator")]


def test_a_worker_that_was_given_up_cannot_end_anothers_job(desk: Desk) -> None:
    zombie = desk.claim(desk.queue())
    desk.set(zombie.job, "lease_until_ms = 0")
    desk.backbone.queue.reap()
    desk.set(zombie.job, "run_after_ms = 0")
    desk.claim(zombie.job, "another")

    with pytest.raises(LeaseLost):
        zombie.finish("succeeded")
    with pytest.raises(LeaseLost):
        zombie.release()

    assert (desk.now(zombie.job).state, desk.now(zombie.job).worker) == ("running", "another")
    assert desk.job_lines() == []


@pytest.mark.parametrize(
    ("state", "done", "failed", "outcome"),
    [
        ("succeeded", 0, 0, "complete"),
        ("succeeded", 5, 0, "complete"),
        ("succeeded", 5, 2, "partial"),
        ("succeeded", 5, 5, "none"),
        ("failed", 5, 2, "partial"),
        ("failed", 0, 0, "none"),
        ("canceled", 5, 0, "partial"),
    ],
)
def test_the_outcome_says_how_much_was_done(
    desk: Desk, state: str, done: int, failed: int, outcome: str
) -> None:
    lease = desk.claim(desk.queue())
    desk.step(lease, done, failed)

    lease.finish(state)  # type: ignore[arg-type]

    assert desk.now(lease.job).outcome == outcome

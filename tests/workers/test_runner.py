"""Running a job: whatever happens, it is done once, or given back where it stood."""

from collections.abc import Callable, Iterator

import pytest

from service.core.driver_errors import DatabaseDown
from service.core.errors import Invalid
from service.jobs.lease import Lease
from tests.jobs.builders import KIND, Desk, join
from workers import runner
from workers.kinds import Kind
from workers.runner import Runner
from workers.stop import Stop

CHUNKS = 4


class Counting:
    """A kind of job that counts to CHUNKS; ``before`` and ``after`` can disturb each chunk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.before: Callable[[int], object] = lambda n: None
        self.after: Callable[[int], object] = lambda n: None

    def run(self, lease: Lease) -> Iterator[None]:
        for n in range(lease.job.done + 1, CHUNKS + 1):
            self.before(n)
            self.desk.step(lease, n=n)
            self.after(n)
            yield


class Once:
    """Does something the first time that the count is ``at``."""

    def __init__(self, at: int, action: Callable[[], object]) -> None:
        self.at, self.action, self.done = at, action, False

    def __call__(self, n: int) -> None:
        if n == self.at and not self.done:
            self.done = True
            self.action()


@pytest.fixture
def counting(desk: Desk) -> Counting:
    return Counting(desk)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PATIENCE_SECONDS", (0.01, 0.01))


def run(desk: Desk, kind: Kind, job_id: str, stop: Stop | None = None) -> None:
    stop = Stop() if stop is None else stop
    Runner(desk.backbone.leases, {KIND: kind}, stop, "worker").run(job_id)


def fail(error: Exception) -> None:
    raise error


def test_a_job_is_run_and_ends(desk: Desk, counting: Counting) -> None:
    job = desk.queue()

    run(desk, counting.run, job.id)

    assert (desk.now(job).state, desk.now(job).done) == ("succeeded", CHUNKS)
    assert [line[0] for line in desk.job_lines()] == ["succeeded"]


def test_a_second_message_about_it_does_nothing(desk: Desk, counting: Counting) -> None:
    job = desk.queue()
    run(desk, counting.run, job.id)
    run(desk, counting.run, job.id)

    assert (desk.now(job).done, desk.now(job).attempts) == (CHUNKS, 1)


def test_a_message_about_no_job_does_nothing(desk: Desk, counting: Counting) -> None:
    run(desk, counting.run, "job_unknown")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_outage_around_a_commit_neither_loses_nor_doubles_a_chunk(
    desk: Desk, counting: Counting, moment: str
) -> None:
    job = desk.queue()
    setattr(counting, moment, Once(2, lambda: fail(DatabaseDown())))

    run(desk, counting.run, job.id)

    assert (desk.now(job).state, desk.now(job).done) == ("succeeded", CHUNKS)


def test_an_outage_around_the_end_does_not_end_it_twice(
    desk: Desk, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, finish = desk.queue(), Lease.finish

    def finish_and_lose_the_answer(lease: Lease, state: str) -> None:
        finish(lease, state)  # type: ignore[arg-type]
        raise DatabaseDown

    monkeypatch.setattr(Lease, "finish", finish_and_lose_the_answer)
    run(desk, counting.run, job.id)

    assert [line[0] for line in desk.job_lines()] == ["succeeded"]


def test_a_job_that_cannot_go_on_rests_and_is_tried_again(desk: Desk, counting: Counting) -> None:
    job = desk.queue()
    counting.before = lambda n: fail(DatabaseDown()) if n == 3 else None

    run(desk, counting.run, job.id)

    rested = desk.now(job)
    assert (rested.state, rested.done, rested.attempts) == ("queued", 2, 1)
    assert rested.run_after_ms > job.run_after_ms


def test_a_job_that_can_never_go_on_fails_in_the_end(desk: Desk, counting: Counting) -> None:
    job = desk.queue()
    desk.set(job, "attempts = attempts_max - 1")
    counting.before = lambda _: fail(DatabaseDown())

    run(desk, counting.run, job.id)

    assert desk.now(job).state == "failed"
    assert '"database_down"' in (desk.now(job).error or "")


def test_progress_renews_patience(desk: Desk, counting: Counting) -> None:
    job, seen = desk.queue(), set[int]()

    def fail_twice_a_chunk(n: int) -> None:
        key = n * 10 + sum(each // 10 == n for each in seen)
        if key % 10 < 2:
            seen.add(key)
            raise DatabaseDown

    counting.before = fail_twice_a_chunk
    run(desk, counting.run, job.id)

    assert desk.now(job).state == "succeeded"


def test_an_error_of_the_service_fails_the_job_with_its_code(
    desk: Desk, counting: Counting
) -> None:
    job = desk.queue()
    counting.after = Once(2, lambda: fail(Invalid("no good", failed=3)))

    run(desk, counting.run, job.id)

    failed = desk.now(job)
    assert (failed.state, failed.outcome, failed.done) == ("failed", "partial", 2)
    assert failed.error == '{"code":"invalid","message":"no good","failed":3}'


def test_a_defect_fails_the_job_without_telling_its_secrets(
    desk: Desk, counting: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    job = desk.queue()
    counting.before = lambda _: fail(RuntimeError("password=hunter2"))

    run(desk, counting.run, job.id)

    assert desk.now(job).state == "failed"
    assert "hunter2" not in (desk.now(job).error or "")
    assert "hunter2" in caplog.text


def test_a_canceled_job_ends_at_its_next_chunk(desk: Desk, counting: Counting) -> None:
    creator, job = join(desk, "usr_creator"), desk.queue()
    counting.after = Once(2, lambda: desk.backbone.jobs.cancel(creator, job.id))

    run(desk, counting.run, job.id)

    ended = desk.now(job)
    assert (ended.state, ended.outcome, ended.done) == ("canceled", "partial", 2)


def test_a_job_that_somebody_else_took_is_left_alone(desk: Desk, counting: Counting) -> None:
    job = desk.queue()
    counting.after = Once(2, lambda: desk.set(job, "token = token + 1"))

    run(desk, counting.run, job.id)

    assert (desk.now(job).state, desk.now(job).done) == ("running", 2)
    assert desk.job_lines() == []


def test_told_to_stop_it_gives_the_job_back_where_it_stands(desk: Desk, counting: Counting) -> None:
    job, stop = desk.queue(), Stop()
    counting.after = Once(2, stop.here)

    run(desk, counting.run, job.id, stop)

    assert (desk.now(job).state, desk.now(job).done, desk.now(job).attempts) == ("queued", 2, 0)
    run(desk, counting.run, job.id)
    assert (desk.now(job).state, desk.now(job).done) == ("succeeded", CHUNKS)


def test_told_to_stop_it_takes_no_job(desk: Desk, counting: Counting) -> None:
    job, stop = desk.queue(), Stop()
    stop.everybody()

    run(desk, counting.run, job.id, stop)

    assert (desk.now(job).state, desk.now(job).attempts) == ("queued", 0)

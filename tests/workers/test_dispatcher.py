"""The dispatcher hands jobs to the broker, again if need be, and never gets stuck on it."""

import threading
import time

import pytest
from kombu.exceptions import OperationalError

from service.jobs.lease import JOBS_TOPIC
from tests.jobs.builders import Desk
from workers.dispatcher import Dispatcher


class FakeBroker:
    """Takes messages, unless it is broken."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.space = 10
        self.broken_after: int | None = None
        self.dropped = 0

    def room(self) -> int:
        return self.space

    def publish(self, job_id: str) -> None:
        if self.broken_after is not None and len(self.sent) >= self.broken_after:
            raise OperationalError("no broker")
        self.sent.append(job_id)

    def drop(self) -> None:
        self.dropped += 1


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def dispatcher(desk: Desk, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch) -> Dispatcher:
    monkeypatch.setattr("workers.dispatcher.LOOK_SECONDS", 0.01)
    return Dispatcher(desk.backbone, broker)  # type: ignore[arg-type]


def test_what_is_due_is_published_once(
    desk: Desk, dispatcher: Dispatcher, broker: FakeBroker
) -> None:
    job = desk.queue()
    dispatcher.look()
    dispatcher.look()

    assert broker.sent == [job.id]


def test_what_nobody_claims_is_published_again(
    desk: Desk, dispatcher: Dispatcher, broker: FakeBroker
) -> None:
    job = desk.queue()
    dispatcher.look()
    desk.set(job, "dispatched_at_ms = dispatched_at_ms - 2100")
    dispatcher.look()

    assert broker.sent == [job.id, job.id]


def test_the_broker_gets_no_more_than_it_has_room_for(
    desk: Desk, dispatcher: Dispatcher, broker: FakeBroker
) -> None:
    jobs = [desk.queue() for _ in range(3)]
    broker.space = 2
    dispatcher.look()
    assert broker.sent == [jobs[0].id, jobs[1].id]

    dispatcher.look()
    assert broker.sent[2:] == [jobs[2].id]


def test_what_a_broken_broker_did_not_take_is_due_when_it_is_back(
    desk: Desk, dispatcher: Dispatcher, broker: FakeBroker
) -> None:
    jobs = [desk.queue() for _ in range(3)]
    broker.broken_after = 1
    dispatcher.look()
    assert (broker.sent, broker.dropped) == ([jobs[0].id], 1)

    broker.broken_after = None
    dispatcher.look()
    assert broker.sent == [job.id for job in jobs]


def test_jobs_of_silent_workers_are_taken_away(desk: Desk, dispatcher: Dispatcher) -> None:
    lease = desk.claim(desk.queue())
    desk.set(lease.job, "lease_until_ms = 0")

    dispatcher.look()

    assert desk.now(lease.job).state == "queued"


def test_it_is_woken_by_a_new_job_and_ends_when_stopped(
    desk: Desk, dispatcher: Dispatcher, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.dispatcher.LOOK_SECONDS", 30)
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    time.sleep(0.3)

    job = desk.queue()
    desk.backbone.jobs.announce_new(job)
    deadline = time.monotonic() + 10
    while not broker.sent and time.monotonic() < deadline:
        time.sleep(0.01)
    dispatcher.stopped.set()
    desk.backbone.bus.publish(JOBS_TOPIC)
    thread.join(10)

    assert broker.sent == [job.id]
    assert not thread.is_alive()

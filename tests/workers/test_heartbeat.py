"""A lease is held while its worker lives and its job moves."""

import time

import pytest

from service.core.driver_errors import DatabaseDown
from service.jobs.lease import Lease
from tests.jobs.builders import Desk
from workers import heartbeat
from workers.heartbeat import Heartbeat


def test_a_lease_is_renewed_while_a_chunk_takes_long(desk: Desk) -> None:
    lease = desk.claim(desk.queue())
    until = desk.now(lease.job).lease_until_ms or 0

    with Heartbeat(lease, lease_seconds=0.15):
        time.sleep(0.4)

    assert (desk.now(lease.job).lease_until_ms or 0) > until


def test_a_job_that_hangs_is_let_go(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SILENCE_SECONDS_MAX", 0.1)
    beats: list[float] = []

    def beat(_: Lease) -> bool:
        beats.append(time.monotonic())
        return True

    monkeypatch.setattr(Lease, "heartbeat", beat)

    with Heartbeat(desk.claim(desk.queue()), lease_seconds=0.06):
        time.sleep(0.5)
        last = beats[-1]

    assert last < time.monotonic() - 0.2


def test_an_outage_does_not_end_the_heartbeat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[bool] = []

    def fail(_: Lease) -> bool:
        beats.append(True)
        raise DatabaseDown

    monkeypatch.setattr(Lease, "heartbeat", fail)
    with Heartbeat(desk.claim(desk.queue()), lease_seconds=0.06):
        time.sleep(0.4)

    assert len(beats) > 1

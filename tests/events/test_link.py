"""A thread that begins again whatever happens."""

import logging
import threading

import pytest

from service.events.link import Link
from tests.events.places import eventually


def test_it_works_until_it_is_stopped() -> None:
    link = Link("test", standing)
    link.start()
    eventually(lambda: link.connected)
    link.stop()
    assert not link.connected
    assert link.stopping


def test_it_begins_again_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    link = failing_at_first(3, RuntimeError("no luck"))
    link.start()
    eventually(lambda: link.connected)
    link.stop()
    assert "test is down: RuntimeError: no luck" in caplog.text


def test_a_breakdown_is_one_line_and_so_is_the_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "service.events")
    link = failing_at_first(3, OSError("no luck"))
    link.start()
    eventually(lambda: link.connected)
    link.stop()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_the_pauses_grow_up_to_a_limit_and_start_small_after_a_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = failing_at_first(8, OSError("no luck"))
    pauses: list[float] = []
    monkeypatch.setattr("random.uniform", lambda _low, _high: 1.0)
    monkeypatch.setattr(link, "rest", pauses.append)
    link.start()
    eventually(lambda: link.connected)
    link.stop()
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 0.05]


def test_stopping_does_not_wait_for_a_pause_to_end() -> None:
    link = Link("a long pause", lambda link: link.rest(60))
    link.start()
    link.stop()
    assert "a long pause" not in {thread.name for thread in threading.enumerate()}


def test_what_was_never_started_can_be_stopped() -> None:
    Link("test", standing).stop()


def standing(link: Link) -> None:
    """Work that connects and does nothing."""
    link.up()
    while not link.stopping:
        link._stop.wait(0.01)


def failing_at_first(times: int, error: Exception) -> Link:
    """A link whose work fails before it connects, so many times."""
    failures = iter([error] * times)

    def work(link: Link) -> None:
        for failure in failures:
            raise failure
        standing(link)

    return Link("test", work)

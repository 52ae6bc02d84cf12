"""The file is the message."""

from pathlib import Path

from service.events.audience import EVERYTHING
from service.events.bus import open_bus
from tests.events.places import PATIENCE_SECONDS, commit, new_file, running


def test_a_commit_nobody_published_wakes_everybody(tmp_path: Path) -> None:
    url = new_file(tmp_path / "bus.db")
    heard: list[tuple[str, str]] = []
    with running(url) as bus, bus.subscribe("space:a") as one, bus.subscribe("jobs") as two:
        bus.listen(lambda topic, value: heard.append((topic, value)))
        commit(url)
        assert one.wait(PATIENCE_SECONDS)
        assert two.wait(PATIENCE_SECONDS)
    assert heard == [(EVERYTHING, "")]


def test_without_a_commit_nobody_is_woken(tmp_path: Path) -> None:
    url = new_file(tmp_path / "bus.db")
    with running(url) as bus, bus.subscribe("space:a") as subscription:
        assert not subscription.wait(0.3)


def test_a_file_that_comes_later_is_found_and_not_made(tmp_path: Path) -> None:
    bus = open_bus(f"sqlite:///{tmp_path}/a %20 ?.db")
    bus.start()
    with bus.subscribe("space:a") as subscription:
        assert not subscription.wait(0.2)
        assert not bus.connected
        assert list(tmp_path.iterdir()) == []
        new_file(tmp_path / "a %20 ?.db")
        assert subscription.wait(PATIENCE_SECONDS)
    bus.stop()


def test_watching_leaves_the_file_unlocked(tmp_path: Path) -> None:
    url = new_file(tmp_path / "bus.db")
    with running(url):
        commit(url)
        commit(url)

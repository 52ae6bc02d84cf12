"""What every bus does, alone and between processes, and how to wait without trusting one."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.events.audience import Subscription
from service.events.bus import Bus, follow, open_bus
from tests.events.places import EVERY, PATIENCE_SECONDS, SHARED, TOPIC, commit, running

ROOT = Path(__file__).parents[2]
WAITERS = 1000


@pytest.mark.parametrize("url", EVERY, indirect=True)
class TestEveryBus:
    def test_a_publication_wakes_a_waiter(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            threading.Timer(0.1, bus.publish, [TOPIC, "7"]).start()
            assert subscription.wait(PATIENCE_SECONDS)
            assert subscription.value == "7"

    def test_a_wake_up_before_the_wait_is_remembered(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            bus.publish(TOPIC)
            assert subscription.wait(0)

    def test_a_wake_up_is_remembered_once(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            bus.publish(TOPIC)
            bus.publish(TOPIC)
            assert subscription.wait(0)
            assert not subscription.wait(0)

    def test_without_a_wake_up_the_time_runs_out(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            assert not subscription.wait(0.05)

    def test_another_topic_wakes_nobody(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            bus.publish(f"{TOPIC}b")
            bus.publish("space")
            assert not subscription.wait(0.05)

    def test_the_value_is_the_last_one_heard(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as subscription:
            assert subscription.value == ""
            bus.publish(TOPIC, "1")
            bus.publish(TOPIC, "2")
            assert subscription.value == "2"

    def test_who_has_left_hears_nothing(self, bus: Bus) -> None:
        with bus.subscribe(TOPIC) as gone:
            pass
        with bus.subscribe(TOPIC) as subscription:
            gone.close()
            bus.publish(TOPIC)
            assert subscription.wait(0)
        assert not gone.wait(0)

    def test_a_thousand_waiters_are_all_woken(self, bus: Bus) -> None:
        subscriptions = [bus.subscribe("jobs") for _ in range(WAITERS)]
        threading.Timer(0.1, bus.publish, ["jobs"]).start()
        assert all(one.wait(PATIENCE_SECONDS) for one in subscriptions)

    def test_a_listener_hears_of_every_topic_before_any_waiter(self, bus: Bus) -> None:
        heard: list[tuple[str, str, bool]] = []
        with bus.subscribe(TOPIC) as waiter:
            bus.listen(lambda topic, value: heard.append((topic, value, waiter.wait(0))))
            bus.publish(TOPIC, "key_1")
            bus.publish("jobs")
        assert heard[0] == (TOPIC, "key_1", False)
        assert ("jobs", "", True) in heard

    def test_a_listener_that_fails_harms_nobody(
        self, bus: Bus, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(topic: str, value: str) -> None:
            raise LookupError(topic, value)

        bus.listen(fail)
        with bus.subscribe("keys") as subscription:
            bus.publish("keys")
            assert subscription.wait(0)
        assert "a listener failed on keys" in caplog.text

    @pytest.mark.parametrize("topic", ["", "*", "a b", "Space:a", "space:", "space:ä", "x:\n"])
    def test_what_is_not_a_topic_is_neither_heard_nor_published(self, bus: Bus, topic: str) -> None:
        heard: list[str] = []
        bus.listen(lambda topic, _value: heard.append(topic))
        with pytest.raises(ValueError, match="not a topic"):
            bus.subscribe(topic)
        bus.publish(topic)
        assert topic not in heard

    @pytest.mark.parametrize("value", ["x" * 1001, "one\ntwo", "ä", "\0"])
    def test_a_value_that_does_not_fit_is_left_out(self, bus: Bus, value: str) -> None:
        with bus.subscribe(TOPIC) as subscription:
            bus.publish(TOPIC, value)
            assert subscription.wait(0)
            assert subscription.value == ""

    def test_publishing_is_possible_before_the_start_and_after_the_end(self, url: str) -> None:
        bus = open_bus(url)
        with bus.subscribe("jobs") as subscription:
            bus.publish("jobs")
            assert subscription.wait(0)
            bus.start()
            bus.stop()
            bus.publish("jobs")
            assert subscription.wait(0)

    def test_it_leaves_no_thread_behind(self, url: str) -> None:
        before = set(threading.enumerate())  # an application that rules are tested on has a bus
        with running(url):
            pass
        left = set(threading.enumerate()) - before
        assert not [one for one in left if one.name.startswith("the bus")]

    def test_a_bus_that_never_started_can_be_stopped(self, url: str) -> None:
        open_bus(url).stop()


@pytest.mark.parametrize("url", EVERY, indirect=True)
class TestFollow:
    def test_what_has_changed_already_is_not_waited_for(self, bus: Bus) -> None:
        assert follow(bus, TOPIC, lambda: True, 0)

    def test_a_wake_up_leads_to_a_look(self, bus: Bus, only_wake_ups: None) -> None:
        looks = iter([False, True])
        threading.Timer(0.1, bus.publish, [TOPIC]).start()
        began = time.monotonic()
        assert follow(bus, TOPIC, lambda: next(looks), PATIENCE_SECONDS)
        assert time.monotonic() - began < PATIENCE_SECONDS

    def test_a_wake_up_during_the_look_is_not_lost(self, bus: Bus, only_wake_ups: None) -> None:
        looks = iter([False, True])

        def changed() -> bool:
            bus.publish(TOPIC)
            return next(looks)

        began = time.monotonic()
        assert follow(bus, TOPIC, changed, PATIENCE_SECONDS)
        assert time.monotonic() - began < PATIENCE_SECONDS

    def test_a_wake_up_for_nothing_ends_no_wait(self, bus: Bus) -> None:
        looks = iter([False, False, False])
        threading.Timer(0.05, bus.publish, [TOPIC]).start()
        assert not follow(bus, TOPIC, lambda: next(looks), 0.3)
        assert list(looks) == []

    def test_a_lost_message_is_found_by_looking(self, bus: Bus) -> None:
        happened = threading.Event()
        threading.Timer(0.1, happened.set).start()
        began = time.monotonic()
        assert follow(bus, TOPIC, happened.is_set, PATIENCE_SECONDS)
        assert time.monotonic() - began < PATIENCE_SECONDS / 2

    def test_the_last_look_is_at_the_end(self, bus: Bus, only_wake_ups: None) -> None:
        happened = threading.Event()
        threading.Timer(0.1, happened.set).start()
        assert follow(bus, TOPIC, happened.is_set, 0.3)

    @pytest.fixture
    def only_wake_ups(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is found by looking every second."""
        monkeypatch.setattr("service.events.bus.POSITION_CHECK_SECONDS", 2 * PATIENCE_SECONDS)


@pytest.mark.parametrize("url", SHARED, indirect=True)
class TestBetweenProcesses:
    def test_another_bus_is_woken(self, bus: Bus, url: str) -> None:
        with running(url) as other, bus.subscribe(TOPIC) as subscription:
            commit(url)
            other.publish(TOPIC, "7")
            assert subscription.wait(PATIENCE_SECONDS)

    def test_two_processes_wake_each_other(self, bus: Bus, url: str) -> None:
        with process("tests.events.peer", url) as peer, bus.subscribe("job:answer") as answer:
            commit(url)
            bus.publish("jobs")
            assert say(peer, "are you awake?") == "woken"
            calm(answer)
            assert say(peer, "wake me") == "done"
            assert answer.wait(PATIENCE_SECONDS)

    def test_a_thousand_greenlets_wait_and_the_loop_goes_on(self, bus: Bus, url: str) -> None:
        with process("tests.events.cooperation", url) as gevents:
            time.sleep(0.5)
            commit(url)
            bus.publish("jobs")
            woken, ticks = line(gevents).split()
        assert int(woken) == WAITERS
        assert int(ticks) >= 15


@pytest.mark.parametrize(
    ("database", "redis", "expected"),
    [
        ("sqlite:///data/syncline.db", None, "SqliteBus"),
        ("postgresql+psycopg://u:p@host/db", None, "RemoteBus"),
        ("sqlite:///data/syncline.db", "redis://host", "RemoteBus"),
        ("sqlite:///data/syncline.db", "rediss://host", "RemoteBus"),
        ("sqlite:///data/syncline.db", "unix:///run/redis", "RemoteBus"),
        ("memory:", None, "MemoryBus"),
    ],
)
def test_the_address_chooses_the_bus(database: str, redis: str | None, expected: str) -> None:
    assert type(open_bus(database, redis)).__name__ == expected


def test_an_address_nobody_understands_is_refused() -> None:
    with pytest.raises(ValueError, match="no bus for 'amqp'"):
        open_bus("sqlite:///data/syncline.db", "amqp://host")


@contextmanager
def process(module: str, url: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python process that has said it is ready, and that must end well."""
    command = [sys.executable, "-m", module, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as running:
        try:
            assert line(running) == "ready"
            yield running
            assert running.wait(PATIENCE_SECONDS) == 0
        finally:
            running.kill()


def say(running: "subprocess.Popen[str]", text: str) -> str:
    """What it answers."""
    assert running.stdin is not None
    running.stdin.write(f"{text}\n")
    running.stdin.flush()
    return line(running)


def line(running: "subprocess.Popen[str]") -> str:
    """The next line it prints."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def calm(subscription: Subscription) -> None:
    """Let the echoes of one's own commit die away."""
    while subscription.wait(0.2):
        pass

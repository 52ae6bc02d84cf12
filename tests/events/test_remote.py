"""A bus over a server: what arrives, what an outage costs, and when a line is given up."""

import logging
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from service.events.audience import EVERYTHING
from service.events.bus import Bus, open_bus
from service.events.remote import Line, RemoteBus
from service.events.unsent import Bell
from tests.events.places import PATIENCE_SECONDS, SERVED, TOPIC, eventually, place, running
from tests.events.relay import Relay, relayed


@pytest.mark.parametrize("url", SERVED, indirect=True)
class TestOverAServer:
    def test_the_longest_topic_and_value_arrive(self, bus: Bus, url: str) -> None:
        longest = TOPIC.ljust(200, "x")
        heard = listening(bus)
        with running(url) as other:
            other.publish(longest, "7" * 1000)
            eventually(lambda: heard == [(longest, "7" * 1000)])

    def test_a_process_does_not_hear_itself_twice(self, bus: Bus, url: str) -> None:
        heard = listening(bus)
        with running(url) as other, other.subscribe(TOPIC) as subscription:
            bus.publish(TOPIC, "1")
            assert subscription.wait(PATIENCE_SECONDS)
            other.publish(TOPIC, "2")
            eventually(lambda: (TOPIC, "2") in heard)
        assert heard == [(TOPIC, "1"), (TOPIC, "2")]

    def test_a_burst_arrives_with_its_last_value(self, bus: Bus, url: str) -> None:
        heard = listening(bus)
        with running(url) as other:
            for head in range(5000):
                other.publish(TOPIC, str(head))
            eventually(lambda: (TOPIC, "4999") in heard)
        assert len(heard) < 5000

    def test_many_topics_at_once_all_arrive(self, bus: Bus, url: str) -> None:
        heard = listening(bus)
        with running(url) as other:
            for number in range(1700):
                other.publish(f"{TOPIC}.{number}")
            eventually(lambda: len(heard) == 1700)

    def test_what_was_published_last_is_sent_before_the_end(self, bus: Bus, url: str) -> None:
        with running(url) as other, bus.subscribe(TOPIC) as subscription:
            other.publish(TOPIC)
            other.stop()
            assert subscription.wait(PATIENCE_SECONDS)

    def test_a_quiet_line_stays_up(self, impatient: None, url: str) -> None:
        with running(url) as bus:
            heard = listening(bus, EVERYTHING)
            time.sleep(2.5)
            assert bus.connected
        assert heard == []


class Way(NamedTuple):
    """Two addresses of one server: through a relay that can be cut, and past it."""

    relay: Relay
    through: str
    past: str


@pytest.mark.parametrize("way", SERVED, indirect=True)
class TestOutage:
    @pytest.fixture
    def way(self, request: pytest.FixtureRequest) -> Iterator[Way]:
        past = place(request.param, request)
        with tempfile.TemporaryDirectory() as folder:  # short: a Unix socket's path has 107 bytes
            relay, through = relayed(past, Path(folder))
            relay.open()
            yield Way(relay, through, past)
            relay.cut()

    def test_after_it_everybody_is_woken(self, way: Way) -> None:
        with running(way.through) as bus, bus.subscribe(TOPIC) as subscription:
            heard = listening(bus, EVERYTHING)
            way.relay.cut()
            eventually(lambda: not bus.connected)
            assert not subscription.wait(0)
            way.relay.open()
            assert subscription.wait(PATIENCE_SECONDS)
        assert heard == [(EVERYTHING, "")]

    def test_after_it_others_are_heard_again(self, way: Way) -> None:
        with running(way.through) as bus, running(way.through) as other:
            way.relay.cut()
            eventually(lambda: not bus.connected and not other.connected)
            way.relay.open()
            eventually(lambda: bus.connected and other.connected)
            heard = listening(bus)
            other.publish(TOPIC, "7")
            eventually(lambda: heard == [(TOPIC, "7")])

    def test_what_is_published_meanwhile_arrives_later(self, way: Way) -> None:
        with running(way.through) as other:
            way.relay.cut()
            eventually(lambda: not other.connected)
            other.publish(TOPIC, "1")
            other.publish(TOPIC, "2")
            with running(way.past) as bus:
                heard = listening(bus)
                way.relay.open()
                eventually(lambda: heard == [(TOPIC, "2")])

    def test_it_is_told_once_and_so_is_its_end(
        self, way: Way, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "service.events")
        with running(way.through) as bus:
            way.relay.cut()
            time.sleep(0.5)
            way.relay.open()
            eventually(lambda: bus.connected)
        levels = [record.levelname for record in caplog.records if "service" in record.name]
        assert levels == ["WARNING", "INFO"]


@pytest.mark.parametrize("address", ["postgresql://x@/x?host={}", "unix://{}/.s.PGSQL.5432"])
class TestServerThatIsAway:
    def test_one_that_is_down_delays_nobody(self, address: str, tmp_path: Path) -> None:
        publish_at_once(address.format(tmp_path))

    def test_one_that_never_answers_delays_nobody(self, address: str) -> None:
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as silent:
            silent.bind(f"{folder}/.s.PGSQL.5432")
            silent.listen()
            publish_at_once(address.format(folder))


class TestLine:
    """Against a line that does as it is told."""

    def test_one_that_nothing_comes_back_from_is_given_up(
        self, impatient: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        server = Server(deaf=True)
        with over(server):
            eventually(lambda: server.lines > 1)
        assert "TimeoutError: nothing heard" in caplog.text

    def test_what_could_not_be_sent_is_sent_over_the_next(self) -> None:
        server = Server(refusals=1)
        with over(server) as bus:
            bus.publish("space:a", "1")
            eventually(lambda: len(server.sent) == 1)
        assert server.sent[0].endswith("\nspace:a\n1")
        assert server.lines == 2

    def test_what_one_batch_cannot_hold_follows_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.events.remote.TICK_SECONDS", 2 * PATIENCE_SECONDS)
        server = Server()
        with over(server) as bus:
            for number in range(1200):
                bus.publish(f"space:{number}")
            eventually(lambda: len(server.sent) == 1200)

    @pytest.mark.parametrize("nonsense", ["", "x", "x\n", "x\ny y\n1", "\n\n\n", "x\n*\n"])
    def test_nonsense_wakes_nobody(self, nonsense: str) -> None:
        server = Server()
        with over(server) as bus:
            heard = listening(bus, "")
            server.say(nonsense)
            server.say("x\njobs\n7")
            eventually(lambda: bool(heard))
        assert heard == [("jobs", "7")]


class Server:
    """Echoes what it is sent, unless it is deaf or refuses."""

    def __init__(self, *, deaf: bool = False, refusals: int = 0) -> None:
        self.lines = 0
        self.sent: list[str] = []
        self._deaf = deaf
        self._refusals = refusals
        self._arrived: list[str] = []
        self._bell = Bell()

    @contextmanager
    def line(self) -> Iterator[Line]:
        self.lines += 1
        yield self

    def say(self, message: str) -> None:
        self._arrived.append(message)
        self._bell.ring()

    def fileno(self) -> int:
        return self._bell.fileno()

    def send(self, messages: list[str]) -> None:
        self._refusals -= 1
        if self._refusals >= 0:
            raise OSError("refused")
        self.sent += messages
        if not self._deaf:
            self._arrived += messages
            self._bell.ring()

    def receive(self) -> list[str]:
        self._bell.silence()
        arrived, self._arrived = self._arrived, []
        return arrived

    def close(self) -> None:
        self._bell.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed within two seconds."""
    monkeypatch.setattr("service.events.remote.TICK_SECONDS", 0.05)
    monkeypatch.setattr("service.events.remote.QUIET_SECONDS", 0.2)
    monkeypatch.setattr("service.events.remote.SILENCE_SECONDS_MAX", 1.5)


@contextmanager
def over(server: Server) -> Iterator[Bus]:
    """A bus over lines to that server."""
    bus = RemoteBus("the bus", server.line, rest_seconds=0)
    with closing(server):
        bus.start()
        try:
            eventually(lambda: bus.connected)
            yield bus
        finally:
            bus.stop()


def listening(bus: Bus, beginning: str = TOPIC) -> list[tuple[str, str]]:
    """What listeners hear from now on; of these topics only, as others may share the server."""
    heard: list[tuple[str, str]] = []
    bus.listen(lambda *said: heard.append(said) if said[0].startswith(beginning) else None)
    return heard


def publish_at_once(url: str) -> None:
    """Publishing more than can be kept takes no noticeable time, though nothing is connected."""
    bus = open_bus(url)
    bus.start()
    began = time.monotonic()
    for number in range(20_000):
        bus.publish(f"space:{number}")
    publishing_seconds = time.monotonic() - began
    assert not bus.connected
    bus.stop()
    assert publishing_seconds < 2

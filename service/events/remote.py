"""A bus between processes over a line to a server that passes on what it hears to everybody.

Publishing puts the wake-up aside and rings a bell; a thread owns the line, sends what was put
aside and delivers what it hears. So no request ever waits for the network. After sending it rests
for a moment: a space that changes a thousand times a second is announced as often as anybody could
care to read it.

A line that hears nothing for a while says something itself, which comes back to it, and to all the
others, which then need not ask. If not even that is heard the line is dead, whatever its socket
believes.

A process hears its own wake-ups directly, and ignores them when they come back over the line.
"""

import secrets
import select
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Protocol

from service.events.audience import Audience, is_topic
from service.events.link import Link
from service.events.unsent import Bell, Unsent

TICK_SECONDS = 0.5
QUIET_SECONDS = 5.0
SILENCE_SECONDS_MAX = 10.0


class Line(Protocol):
    """One standing connection. Anything may raise when it breaks; a new one is made then."""

    def fileno(self) -> int:
        """Readable when there may be something to receive."""
        ...

    def send(self, messages: list[str]) -> None:
        """Send each to every line, this one included."""
        ...

    def receive(self) -> list[str]:
        """What has arrived, without waiting."""
        ...


class RemoteBus(Audience):
    """A bus over the lines that ``connect`` opens, as a context each."""

    def __init__(
        self, name: str, connect: Callable[[], AbstractContextManager[Line]], *, rest_seconds: float
    ) -> None:
        super().__init__()
        self._connect = connect
        self._rest_seconds = rest_seconds
        self._origin = secrets.token_hex(8)
        self._unsent = Unsent()
        self._bell: Bell | None = None
        self._link = Link(name, self._converse)

    @property
    def connected(self) -> bool:
        """False while other processes cannot be heard, and only the position check works."""
        return self._link.connected

    def start(self) -> None:
        """Connect in the background; a server that is down does not stop the start."""
        self._link.start()

    def stop(self) -> None:
        """Send what is still unsent and hang up."""
        self._link.ask_to_stop()
        self._ring()
        self._link.stop()

    def _pass_on(self, topic: str, value: str) -> None:
        if self._unsent.put(topic, value):
            self._ring()

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.ring()

    def _converse(self, link: Link) -> None:
        with self._connect() as line, closing(Bell()) as bell:
            self._bell = bell
            self.wake_everybody()  # nobody knows what was said while we were away
            link.up()
            self._talk(link, line, bell)

    def _talk(self, link: Link, line: Line, bell: Bell) -> None:
        ears = select.poll()
        ears.register(line, select.POLLIN)
        ears.register(bell, select.POLLIN)
        heard_at = time.monotonic()
        while not link.stopping:
            if sent := self._send(line):
                link.rest(self._rest_seconds)
            if self._receive(line):
                heard_at = time.monotonic()
            self._keep_alive(line, time.monotonic() - heard_at)
            # Sending may have left a part for the next round, for which no bell rings.
            ears.poll(0 if sent else TICK_SECONDS * 1000)
            bell.silence()
        self._send(line)

    def _send(self, line: Line) -> bool:
        batch = self._unsent.take()
        if not batch:
            return False
        try:
            line.send([f"{self._origin}\n{topic}\n{value}" for topic, value in batch.items()])
        except Exception:
            self._unsent.put_back(batch)
            raise
        return True

    def _receive(self, line: Line) -> bool:
        messages = line.receive()
        for message in messages:
            self._deliver(message)
        return bool(messages)

    def _deliver(self, message: str) -> None:
        origin, _, rest = message.partition("\n")
        topic, _, value = rest.partition("\n")
        if origin != self._origin and is_topic(topic):
            self.wake(topic, value)

    def _keep_alive(self, line: Line, quiet_seconds: float) -> None:
        if quiet_seconds > SILENCE_SECONDS_MAX:
            raise TimeoutError(f"nothing heard for {quiet_seconds:.0f} seconds")
        if quiet_seconds > QUIET_SECONDS:
            line.send([self._origin])

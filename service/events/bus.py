"""The bus: what a member must do, which members there are, and how to wait without trusting any.

The truth is in the log. A wake-up only shortens the wait for it, so ``follow`` looks at the true
position at least once a second, whatever the bus says or fails to say.
"""

import time
from collections.abc import Callable
from typing import Protocol

from service.events.audience import Listener, Subscription
from service.events.bus_memory import open_memory
from service.events.bus_postgres import open_postgres
from service.events.bus_redis import open_redis
from service.events.bus_sqlite import open_sqlite

POSITION_CHECK_SECONDS = 1.0


class Bus(Protocol):
    """Wake-ups that may be lost. Everything here is safe from any thread or greenlet."""

    @property
    def connected(self) -> bool:
        """Whether wake-ups of other processes can arrive at this moment."""
        ...

    def start(self) -> None:
        """Begin to hear other processes. Once, after any fork; does not wait for a connection."""
        ...

    def stop(self) -> None:
        """Let go of threads and connections, for good."""
        ...

    def publish(self, topic: str, value: str = "") -> None:
        """Wake those who wait for ``topic``, in every process. Only after a commit.

        Never raises and never waits. ``value`` is an id or a number: printable ASCII, at most 1,000
        characters, else it is left out. Of a burst on one topic others may see the last value only.
        """
        ...

    def subscribe(self, topic: str) -> Subscription:
        """Hear of ``topic`` from now on, until closed. Raises ValueError if it cannot be one."""
        ...

    def listen(self, listener: Listener) -> None:
        """Call ``listener(topic, value)`` for every wake-up; ``EVERYTHING`` as topic means any."""
        ...


MEMBERS: dict[str, Callable[[str], Bus]] = {
    "memory": open_memory,
    "sqlite": open_sqlite,
    "postgresql": open_postgres,
    "redis": open_redis,
    "rediss": open_redis,
    "unix": open_redis,
}


def open_bus(database_url: str, redis_url: str | None = None) -> Bus:
    """The bus for where the data is: Redis if there is one, else the database. Not yet started.

    Raises ValueError for an address no member understands.
    """
    url = redis_url or database_url
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme not in MEMBERS:
        raise ValueError(f"no bus for {scheme!r}: choose from {', '.join(MEMBERS)}")
    return MEMBERS[scheme](url)


def follow(bus: Bus, topic: str, changed: Callable[[], bool], timeout_seconds: float) -> bool:
    """Wait until ``changed()`` is true; False when the time ran out.

    ``changed`` reads the true position. It is called at once, after every wake-up, each second and
    at the end, so a lost wake-up costs a second at most.
    """
    deadline = time.monotonic() + timeout_seconds
    with bus.subscribe(topic) as subscription:
        while not changed():
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0:
                return False
            subscription.wait(min(left_seconds, POSITION_CHECK_SECONDS))
    return True

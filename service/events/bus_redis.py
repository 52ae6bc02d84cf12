"""The bus of the processes that share a Redis: pub/sub on one channel, two sockets a process.

A connection that is subscribed may not publish (in RESP2), hence two. Database numbers do not
separate channels: two installations on one server wake each other, which costs a look and harms
nobody.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from service.events.redis_wire import Wire, open_wire
from service.events.remote import RemoteBus

CHANNEL = "syncline:wake"
REST_SECONDS = 0.002


class RedisLine:
    """One wire that is subscribed, and one that publishes."""

    def __init__(self, subscriber: Wire, publisher: Wire) -> None:
        self._subscriber = subscriber
        self._publisher = publisher
        subscriber.call(("SUBSCRIBE", CHANNEL))
        subscriber.unblock()

    def fileno(self) -> int:
        """The subscribed socket."""
        return self._subscriber.fileno()

    def send(self, messages: list[str]) -> None:
        """All in one go."""
        self._publisher.call(*(("PUBLISH", CHANNEL, message) for message in messages))

    def receive(self) -> list[str]:
        """The payloads that have arrived."""
        return [reply[2] for reply in self._subscriber.arrived() if reply[0] == "message"]


def open_redis(url: str) -> RemoteBus:
    """The bus on ``redis://``, ``rediss://`` or ``unix://``."""
    return RemoteBus("the bus on Redis", partial(_line, url), rest_seconds=REST_SECONDS)


@contextmanager
def _line(url: str) -> Iterator[RedisLine]:
    with closing(open_wire(url)) as subscriber, closing(open_wire(url)) as publisher:
        yield RedisLine(subscriber, publisher)

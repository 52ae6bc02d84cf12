"""The load generator: a closed loop over keep-alive connections, in one thread.

Each connection sends a request, waits for the whole answer, and sends the next. Requests are bytes
that were made before the clock started. ``generator_per_s`` in the report says how many a second
this manages against a server that does nothing: a contender near it would be measured too slow.
"""

import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.answer import Answer

RECEIVE_BYTES = 256 * 1024
STALL_SECONDS_MAX = 30

Address = tuple[str, int]


class Stalled(Exception):
    """No connection had an answer for STALL_SECONDS_MAX."""


@dataclass(slots=True)
class Load:
    """What came of a slice: how long it was, the latencies of good answers, every status.

    It lasts until the last answer is there, so that a request which takes longer than the slice was
    meant to be counts for what it is.
    """

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


class Channel:
    """One connection, with the answer that is arriving on it."""

    __slots__ = ("_answer", "_socket", "sent_at")

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection(address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        limit = struct.pack("ll", STALL_SECONDS_MAX, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        self._answer = Answer()
        self.sent_at = 0.0

    def fileno(self) -> int:
        """Its number, as ``epoll`` tells it."""
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        """Send the next request."""
        self._answer = Answer()
        self.sent_at = time.perf_counter()
        self._socket.sendall(request)

    def receive(self) -> int:
        """Take what has arrived; the status once the answer is complete, until then 0."""
        piece = self._socket.recv(RECEIVE_BYTES)
        if not piece:
            raise ConnectionResetError("the server closed a connection in use")
        return self._answer.status if self._answer.feed(piece) else 0

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextmanager
def connected(address: Address, count: int) -> Iterator[list[Channel]]:
    """``count`` open connections."""
    channels = [Channel(address) for _ in range(count)]
    try:
        yield channels
    finally:
        for channel in channels:
            channel.close()


def drive(
    channels: Sequence[Channel], requests: Iterator[bytes], seconds: float, good: int = 200
) -> Load:
    """Keep every channel busy for ``seconds``, then wait for the answers that are still to come.

    ``good`` is the status that counts.
    """
    load = Load()
    by_number = {channel.fileno(): channel for channel in channels}
    begun = time.perf_counter()
    for channel in channels:
        channel.send(next(requests))
    busy = len(channels)
    with select.epoll() as poll:
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        while busy:
            for number, _ in _ready(poll):
                channel = by_number[number]
                status = channel.receive()
                if not status:
                    continue
                now = time.perf_counter()
                load.statuses[status] += 1
                if status == good:
                    load.latencies_ms.append((now - channel.sent_at) * 1000)
                if now < begun + seconds:
                    channel.send(next(requests))
                else:
                    busy -= 1
                    load.seconds = now - begun
    return load


def _ready(poll: select.epoll) -> list[tuple[int, int]]:
    events = poll.poll(STALL_SECONDS_MAX)
    if not events:
        raise Stalled(f"no answer for {STALL_SECONDS_MAX} s")
    return events

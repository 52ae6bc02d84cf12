"""Wake-ups on their way out: one a topic, the newest, and a bell to hear of the first."""

import contextlib
import socket
import threading
from itertools import islice

UNSENT_TOPICS_MAX = 10_000
BATCH_TOPICS_MAX = 500


class Unsent:
    """What was published and not yet sent. Beyond the limit the oldest is lost, as it may be."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, str] = {}

    def put(self, topic: str, value: str) -> bool:
        """Add one, or replace its topic's value. True if it is the first: a bell must ring."""
        with self._lock:
            first = not self._values
            self._values[topic] = value
            if len(self._values) > UNSENT_TOPICS_MAX:
                del self._values[next(iter(self._values))]
        return first

    def take(self) -> dict[str, str]:
        """The oldest few, which are no longer here."""
        with self._lock:
            batch = dict(islice(self._values.items(), BATCH_TOPICS_MAX))
            for topic in batch:
                del self._values[topic]
        return batch

    def put_back(self, batch: dict[str, str]) -> None:
        """Return a batch that was not sent; what was published meanwhile is newer and stays."""
        with self._lock:
            together = {**batch, **self._values}
            surplus = max(0, len(together) - UNSENT_TOPICS_MAX)
            self._values = dict(islice(together.items(), surplus, None))


class Bell:
    """Something that one thread rings and another one can ``poll()`` for, next to a connection."""

    def __init__(self) -> None:
        self._rope, self._bell = socket.socketpair()
        self._rope.setblocking(False)
        self._bell.setblocking(False)

    def ring(self) -> None:
        """Make the bell readable. Harmless when it rings already, or is closed."""
        with contextlib.suppress(OSError):
            self._rope.send(b"!")

    def silence(self) -> None:
        """Make it unreadable until the next ring."""
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)

    def fileno(self) -> int:
        """What ``poll()`` wants."""
        return self._bell.fileno()

    def close(self) -> None:
        """Release both ends."""
        self._rope.close()
        self._bell.close()

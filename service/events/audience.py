"""Who in this process wants to hear of what: the part that every bus shares.

A wake-up is a hint, never the news itself: whoever is woken reads the log. That is why one may
come too often, without its value, or not at all. A subscription remembers a wake-up until somebody
waits for it, so "subscribe, then read, then wait" has no gap.

Listeners are called before waiters are woken: a cache has forgotten what a woken reader must not
find.
"""

import logging
import re
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

TOPIC_CHARS_MAX = 200
VALUE_CHARS_MAX = 1000
EVERYTHING = "*"

Listener = Callable[[str, str], None]

_TOPIC = re.compile(rf"(?=.{{1,{TOPIC_CHARS_MAX}}}$)[a-z_]+(:[!-~]+)?")
_VALUE = re.compile(rf"[ -~]{{0,{VALUE_CHARS_MAX}}}")

log = logging.getLogger(__name__)


class Subscription:
    """One waiter's ear on one topic. ``value`` is the last value heard, at first empty."""

    __slots__ = ("_leave", "_woken", "topic", "value")

    def __init__(self, topic: str, leave: Callable[["Subscription"], None]) -> None:
        self.topic = topic
        self.value = ""
        self._leave = leave
        self._woken = threading.Event()

    def wait(self, timeout_seconds: float) -> bool:
        """True if woken since the last wait, at first since subscribing; False if time ran out."""
        woken = self._woken.wait(timeout_seconds)
        # Forgotten before the caller reads: what happens meanwhile is kept for the next wait.
        self._woken.clear()
        return woken

    def wake(self, value: str | None = None) -> None:
        """Wake the waiter; without a value the last one stays."""
        if value is not None:
            self.value = value
        self._woken.set()

    def close(self) -> None:
        """Hear nothing more."""
        self._leave(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Audience:
    """The subscriptions and listeners of one process, and how to wake them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, topic: str) -> Subscription:
        """Hear of ``topic`` from now on. Raises ValueError if it is not a topic."""
        if not is_topic(topic):
            raise ValueError(f"not a topic: {topic!r:.250}")
        subscription = Subscription(topic, self._leave)
        with self._lock:
            self._subscriptions.setdefault(topic, set()).add(subscription)
        return subscription

    def listen(self, listener: Listener) -> None:
        """Call ``listener(topic, value)`` for every wake-up from now on. It must not block.

        The topic is ``EVERYTHING`` when nobody knows what has changed. Of a burst on one topic only
        the last value may arrive.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def publish(self, topic: str, value: str = "") -> None:
        """Wake those who wait for ``topic``, here and in other processes. Only after a commit."""
        if not is_topic(topic):
            log.error("nothing can be published under %.250r", topic)
            return
        fitting = value if _VALUE.fullmatch(value) else ""
        self.wake(topic, fitting)
        self._pass_on(topic, fitting)

    def wake(self, topic: str, value: str) -> None:
        """Wake those who wait for ``topic`` in this process."""
        self._tell(topic, value)
        with self._lock:
            waiting = tuple(self._subscriptions.get(topic, ()))
        for subscription in waiting:
            subscription.wake(value)

    def wake_everybody(self) -> None:
        """Wake every waiter in this process: something has changed, or may have been missed."""
        self._tell(EVERYTHING, "")
        with self._lock:
            waiting = [one for those in self._subscriptions.values() for one in those]
        for subscription in waiting:
            subscription.wake()

    def _pass_on(self, topic: str, value: str) -> None:
        """Tell the other processes, where the member has to do something for it. Must not block."""

    def _tell(self, topic: str, value: str) -> None:
        for listener in self._listeners:
            try:
                listener(topic, value)
            except Exception:
                log.exception("a listener failed on %s", topic)

    def _leave(self, subscription: Subscription) -> None:
        with self._lock:
            those = self._subscriptions.get(subscription.topic, set())
            those.discard(subscription)
            if not those:
                self._subscriptions.pop(subscription.topic, None)


def is_topic(text: str) -> bool:
    """A noun, or a noun and an id: ``jobs``, ``space:spc_01…``. ASCII, at most 200 characters."""
    return _TOPIC.fullmatch(text) is not None

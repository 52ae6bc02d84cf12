"""A dictionary that forgets what was used least recently."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most ``entries_max`` entries. Threads may share it: each step leaves it whole."""

    __slots__ = ("_entries", "_entries_max")

    def __init__(self, entries_max: int) -> None:
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._entries_max = entries_max

    def get(self, key: K) -> V | None:
        """What was put under ``key``, unless it was forgotten."""
        try:
            self._entries.move_to_end(key)
            return self._entries[key]
        except KeyError:  # it was not there, or another thread has just made room
            return None

    def put(self, key: K, value: V) -> None:
        """Remember ``value``; forget the entry unused for longest when there are too many."""
        self._entries.pop(key, None)
        self._entries[key] = value
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

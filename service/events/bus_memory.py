"""The bus of a single process."""

from service.events.audience import Audience


class MemoryBus(Audience):
    """Wakes waiters in this process, at once; there are no others."""

    connected = True

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""


def open_memory(_url: str) -> MemoryBus:
    """A new bus; the URL has nothing to add."""
    return MemoryBus()

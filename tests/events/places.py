"""Where a bus can live in these tests, and how something is committed there."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from service.events.bus import Bus, open_bus

SERVED = ["postgresql", "redis"]
SHARED = ["sqlite", *SERVED]
EVERY = ["memory", *SHARED]

PATIENCE_SECONDS = 10.0


def place(kind: str, folder: Path) -> str:
    """The address of a bus; one that nobody else uses, unless it is a server's."""
    if kind == "sqlite":
        return new_file(folder / "bus.db")
    return "memory:" if kind == "memory" else _server(kind)


def new_file(path: Path) -> str:
    """The address of a SQLite file as the service makes them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE happened (id INTEGER PRIMARY KEY)")
    return f"sqlite:///{path}"


def commit(url: str) -> None:
    """Write something, for those who hear of a commit by the commit itself."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=5)) as connection:
            connection.execute("INSERT INTO happened DEFAULT VALUES")
            connection.commit()


@contextmanager
def running(url: str) -> Iterator[Bus]:
    """A bus that has connected."""
    bus = open_bus(url)
    bus.start()
    try:
        eventually(lambda: bus.connected)
        yield bus
    finally:
        bus.stop()


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail if it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def _server(kind: str) -> str:
    variable = {"postgresql": "TEST_DATABASE_URL", "redis": "TEST_REDIS_URL"}[kind]
    address = os.environ.get(variable)
    assert address, f"{variable} must name a server: without one this is not tested"
    return address

"""Where a bus can live in these tests, and how something is committed there."""

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from service.events.bus import Bus, open_bus

SERVERS = {"postgresql": "postgres_url", "redis": "redis_url"}
SERVED = list(SERVERS)
SHARED = ["sqlite", *SERVED]
EVERY = ["memory", *SHARED]

PATIENCE_SECONDS = 10.0
TOPIC = f"space:{secrets.token_hex(8)}"  # others may be using the same servers


def place(kind: str, request: pytest.FixtureRequest) -> str:
    """The address of a bus; one that nobody else uses, unless it is a server's."""
    if kind == "sqlite":
        return new_file(request.getfixturevalue("tmp_path") / "bus.db")
    return "memory:" if kind == "memory" else str(request.getfixturevalue(SERVERS[kind]))


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

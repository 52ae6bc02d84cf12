"""The two databases behind one door.

Connections are in autocommit; a transaction is begun and ended by text that can be read here.
Reading takes a connection from the pool. Writing differs:

* **SQLite** has one writer. A process lets one greenlet at a time near it (the lane), on a
  connection of its own, in the hub's thread pool, so that neither an fsync nor a wait for another
  process's write ever holds the loop.
* **Postgres** waits cooperatively (psycopg 3 under gevent), so a write runs where it is called.

Whatever a driver raises leaves here as one of three errors a client can act on.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from service.core.driver_errors import Busy
from service.core.loans import Loan, Shelf
from service.core.offload import offload

T = TypeVar("T")

LOCK_WAIT_SECONDS = 2.0
STATEMENT_SECONDS_MAX = 30
READERS_MAX = 16

_SNAPSHOT = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


class Database:
    """Where everything is kept: ``reading``, ``snapshot`` and ``write`` are the only ways in."""

    def __init__(self, readers: Engine, writers: Engine, walkers: Engine) -> None:
        self.dialect = readers.dialect.name
        self._readers = Shelf(readers)
        self._writers = Shelf(writers) if writers is not readers else self._readers
        self._walkers = Shelf(walkers) if walkers is not readers else self._readers
        self._lane = threading.Lock()

    def reading(self) -> Loan:
        """A connection on which every statement sees the newest commit."""
        return self._readers.lend()

    def walking(self) -> Loan:
        """Like ``reading``, for statements that go along an index and stop early.

        Postgres keeps no statistics of partial indexes on expressions. It would now and then take a
        whole collection for a handful of rows and sort it; on these connections it does not.
        """
        return self._walkers.lend()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection on which all statements see one and the same commit."""
        with self.reading() as connection, _transaction(connection, _SNAPSHOT[self.dialect]):
            yield connection

    def write(self, body: Callable[[Connection], T]) -> T:
        """Run ``body(connection)`` in one transaction and commit it.

        On SQLite under gevent the body runs in a native thread: it may compute and talk to the
        connection, and nothing else. Raises Busy, DatabaseDown, StorageFull, and what ``body``
        raises.
        """
        if self.dialect == "sqlite":
            return self._write_sqlite(body)
        with self._writers.lend() as connection:
            return _run(connection, "BEGIN", body)

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, at exit)."""
        for shelf in (self._readers, self._writers, self._walkers):
            shelf.renew()

    def _write_sqlite(self, body: Callable[[Connection], T]) -> T:
        if not self._lane.acquire(timeout=LOCK_WAIT_SECONDS):
            raise Busy(retry_after_seconds=1)
        try:
            with self._writers.lend() as connection:
                return offload(partial(_run, connection, "BEGIN IMMEDIATE", body))
        finally:
            self._lane.release()


def open_database(url: str, *, pool_size: int = 4, synchronous: str = "FULL") -> Database:
    """The database at ``url``: ``sqlite:///path`` or ``postgresql+psycopg://…``."""
    if url.startswith("sqlite"):
        return _open_sqlite(url, synchronous)
    pool = {"pool_size": pool_size, "pool_timeout": LOCK_WAIT_SECONDS, "pool_pre_ping": False}
    engine, walkers = _engine(url, **pool), _engine(url, **pool)
    for each in (engine, walkers):
        sa.event.listen(each, "connect", _prepare_postgres)
    sa.event.listen(walkers, "connect", _keep_to_indexes)
    return Database(engine, engine, walkers)


def _open_sqlite(url: str, synchronous: str) -> Database:
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    shared = {"check_same_thread": False}
    readers = _engine(url, pool_size=READERS_MAX, connect_args={**shared, "timeout": 0.05})
    writers = _engine(url, pool_size=1, connect_args={**shared, "timeout": LOCK_WAIT_SECONDS})
    for engine in (readers, writers):
        sa.event.listen(engine, "connect", partial(_prepare_sqlite, synchronous=synchronous))
    return Database(readers, writers, readers)


def _engine(url: str, **options: Any) -> Engine:
    return sa.create_engine(
        url, isolation_level="AUTOCOMMIT", poolclass=sa.QueuePool, max_overflow=0, **options
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object, *, synchronous: str) -> None:
    for pragma in (
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "cache_size = -16000",
        "mmap_size = 268435456",
        "wal_autocheckpoint = 4000",
        "journal_size_limit = 209715200",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgres(connection: "psycopg.Connection[Any]", _record: object) -> None:
    connection.autocommit = True
    connection.execute(
        f"SET lock_timeout = {int(LOCK_WAIT_SECONDS * 1000)};"
        f"SET statement_timeout = {STATEMENT_SECONDS_MAX * 1000};"
        "SET idle_in_transaction_session_timeout = 30000; SET timezone = 'UTC'"
    )


def _keep_to_indexes(connection: "psycopg.Connection[Any]", _record: object) -> None:
    detours = ("sort", "incremental_sort", "seqscan", "bitmapscan")
    connection.execute(";".join(f"SET enable_{detour} = off" for detour in detours))


def _run(connection: Connection, begin: str, body: Callable[[Connection], T]) -> T:
    with _transaction(connection, begin):
        return body(connection)


@contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    driver.execute(begin)
    try:
        yield
    except Exception:
        _roll_back(connection)
        raise
    except BaseException:  # a killed greenlet may have left a query half read
        connection.invalidate()
        raise
    driver.execute("COMMIT")


def _roll_back(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    try:
        driver.rollback()  # type: ignore[union-attr]
    except (sqlite3.Error, psycopg.Error):
        connection.invalidate()

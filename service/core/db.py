"""The two databases behind one door.

Connections are in autocommit; a transaction is begun and ended by text that can be read here.
Reading takes a connection from the pool. Writing differs:

* **SQLite** has one writer. A process lets one greenlet at a time near it (the lane), on a
  connection of its own, in the hub's thread pool, so that neither an fsync nor a wait for another
  process's write ever holds the loop.
* **Postgres** waits cooperatively (psycopg 3 under gevent), so a write runs where it is called.

Whatever a driver raises leaves here as one of four errors a client can act on.
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

from service.core.errors import ServiceError, StorageFull, Unavailable
from service.core.offload import offload

T = TypeVar("T")

LOCK_WAIT_SECONDS = 2.0
STATEMENT_SECONDS_MAX = 30
READERS_MAX = 16

_SNAPSHOT = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}

_POSTGRES_BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
_POSTGRES_DOWN = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,  # what answers has become a replica
    psycopg.errors.IdleInTransactionSessionTimeout,
)


class Busy(Unavailable):
    """Too many writers want the same at this moment. Nothing was changed; try again shortly."""

    code = "busy"
    title = "Busy"


class DatabaseDown(Unavailable):
    """The database does not answer. Nothing is known to be changed; try again shortly."""

    code = "database_down"
    title = "Database unavailable"


class Database:
    """Where everything is kept: ``reading``, ``snapshot`` and ``write`` are the only ways in."""

    def __init__(self, readers: Engine, writers: Engine, walkers: Engine) -> None:
        self.dialect = readers.dialect.name
        self._readers = readers
        self._writers = writers
        self._walkers = walkers
        self._lane = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees the newest commit."""
        with _translated(), self._readers.connect() as connection, _watched(connection):
            yield connection

    @contextmanager
    def walking(self) -> Iterator[Connection]:
        """Like ``reading``, for statements that go along an index and stop early.

        Postgres keeps no statistics of partial indexes on expressions. It would now and then take a
        whole collection for a handful of rows and sort it; on these connections it does not.
        """
        with _translated(), self._walkers.connect() as connection, _watched(connection):
            yield connection

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
        with _translated():
            return (
                self._write_sqlite(body) if self.dialect == "sqlite" else self._write_postgres(body)
            )

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, at exit)."""
        for engine in (self._readers, self._writers, self._walkers):
            engine.dispose()

    def _write_sqlite(self, body: Callable[[Connection], T]) -> T:
        if not self._lane.acquire(timeout=LOCK_WAIT_SECONDS):
            raise Busy(retry_after_seconds=1)
        try:
            with self._writers.connect() as connection:
                return offload(partial(_run, connection, "BEGIN IMMEDIATE", body))
        finally:
            self._lane.release()

    def _write_postgres(self, body: Callable[[Connection], T]) -> T:
        with self._writers.connect() as connection, _watched(connection):
            return _run(connection, "BEGIN", body)


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


@contextmanager
def _watched(connection: Connection) -> Iterator[None]:
    """Hot statements go past SQLAlchemy, so it is told here when a server has hung up.

    What broke one connection has mostly broken them all: the pool starts afresh.
    """
    driver = connection.connection.driver_connection
    try:
        yield
    except psycopg.Error:
        if isinstance(driver, psycopg.Connection) and driver.closed:
            connection.engine.dispose()
        raise


def _roll_back(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    try:
        driver.rollback()  # type: ignore[union-attr]
    except (sqlite3.Error, psycopg.Error):
        connection.invalidate()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise Busy(retry_after_seconds=1) from error
    except sa.exc.DBAPIError as error:
        raise _as_service_error(error.orig) or error from error
    except (sqlite3.Error, psycopg.Error) as error:
        raise _as_service_error(error) or error from error


def _as_service_error(error: BaseException | None) -> ServiceError | None:
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, _POSTGRES_BUSY):
        return Busy(retry_after_seconds=1)
    if isinstance(error, psycopg.errors.DiskFull):
        return StorageFull()
    if isinstance(error, _POSTGRES_DOWN):
        return DatabaseDown(retry_after_seconds=2)
    return None


def _from_sqlite(code: int) -> ServiceError | None:
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(retry_after_seconds=1)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StorageFull()
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return DatabaseDown(retry_after_seconds=2)
    return None

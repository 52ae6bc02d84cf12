"""What drivers raise, as the few errors that a client can act on."""

import sqlite3

import psycopg
import sqlalchemy as sa

from service.core.errors import ServiceError, StorageFull, Unavailable

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


def as_service_error(error: BaseException | None) -> ServiceError | None:
    """``error`` as an error of the service; None for those that are nobody's fault but ours."""
    if isinstance(error, sa.exc.TimeoutError):
        return Busy(retry_after_seconds=1)
    if isinstance(error, sa.exc.DBAPIError):
        return as_service_error(error.orig)
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, psycopg.Error):
        return _from_postgres(error)
    return None


def _from_postgres(error: psycopg.Error) -> ServiceError | None:
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

"""Makes the indexes in the database those that collections declare.

It runs now and then, beside everything else, and goes on where it was interrupted. On Postgres an
index is built while others write, by one builder at a time. SQLite has one writer: while it builds
an index nobody else writes, some seconds for a million records.

An index is said to be ready only when it is there. One that is not there any more (this release
makes keys in another way) is said to be building before anything else happens.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from service.core.db import Database
from service.core.sql import Hot
from service.lists.indexes import NAME_PREFIX, RealIndex, drop, real_index
from service.spaces.declare import Collections
from service.spaces.index import Index, IndexState, load

BUILT_MAX: Final = 100
"""In one database, for each write of a record asks every one of them whether it is concerned."""

_BUILDERS_LOCK: Final = 0x7278_6275_696C_6421
_DECLARED = Hot(
    "SELECT space, name, indexes FROM collections WHERE indexes <> '[]' ORDER BY space, name"
)
_THERE = Hot(
    "SELECT name, 1 FROM sqlite_schema WHERE type = 'index' AND substr(name, 1, 3) = :prefix",
    postgresql="SELECT c.relname, i.indisvalid FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = 'records'::regclass AND substr(c.relname, 1, 3) = :prefix",
)
_TRY_LOCK = Hot("SELECT 1", postgresql="SELECT pg_try_advisory_lock(:key)")
_UNHURRIED = "SET statement_timeout = 0; SET lock_timeout = 0"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One declared index, and what it is in this database."""

    space: str
    collection: str
    index: Index
    real: RealIndex

    def become(self, state: IndexState, collections: Collections) -> None:
        """Say so, unless it was declared in another way meanwhile."""
        if self.index.state != state:
            collections.set_index_state(self.space, self.collection, self.index, state)


def reconcile(db: Database, collections: Collections) -> None:
    """Build what is missing, drop what nobody declares, and say what is ready.

    Does nothing while another process is at it. Raises Busy, StorageFull, DatabaseDown; what is
    left is done the next time.
    """
    with db.reading() as connection:
        is_settled = _is_settled(_wanted(connection), _there(connection))
    if is_settled:
        return
    with _builder_of(db) as is_alone:
        if is_alone:
            forget_missing(db, collections)
            _drop_unwanted(db)
            _build_wanted(db, collections)


def forget_missing(db: Database, collections: Collections) -> None:
    """Say ``building`` of every index that is said to be ready and is not there."""
    with db.reading() as connection:
        wanted, there = _wanted(connection), _there(connection)
    for each in wanted:
        if each.index.state == "ready" and not there.get(each.real.name):
            each.become("building", collections)


def _is_settled(wanted: Collection[Wanted], there: Mapping[str, bool]) -> bool:
    kept = {each.real.name for each in wanted}
    states = {(each.index.state, there.get(each.real.name, False)) for each in wanted}
    return states <= {("ready", True), ("failed", False)} and kept >= there.keys()


def _build_wanted(db: Database, collections: Collections) -> None:
    with db.reading() as connection:
        wanted, there = _wanted(connection), _there(connection)
    count = len(there)
    for each in wanted:
        name = each.real.name
        if not there.get(name) and each.index.state != "failed":
            there[name] = count < BUILT_MAX and _is_built(db, each.real, is_left_over=name in there)
            count += 1
        each.become("ready" if there.get(name) else "failed", collections)


def _is_built(db: Database, real: RealIndex, *, is_left_over: bool) -> bool:
    """Build it; whether that went well. What could go well the next time is raised."""
    concurrently = db.dialect == "postgresql"
    try:
        if is_left_over:
            _execute(db, drop(real.name, concurrently=concurrently))
        _execute(db, real.create(concurrently=concurrently))
    except DBAPIError:
        _logger.exception("index not built: %s", real.definition)
        _execute(db, drop(real.name, concurrently=concurrently))  # what Postgres leaves of it
        return False
    return True


def _drop_unwanted(db: Database) -> None:
    if db.dialect == "sqlite":
        db.write(_drop_unwanted_on)
        return
    with db.reading() as connection:
        names = _unwanted(connection)
    for name in names:
        _execute(db, drop(name, concurrently=True))


def _drop_unwanted_on(connection: Connection) -> None:
    for name in _unwanted(connection):
        connection.exec_driver_sql(drop(name))


def _unwanted(connection: Connection) -> Collection[str]:
    return set(_there(connection)) - {each.real.name for each in _wanted(connection)}


def _wanted(connection: Connection) -> list[Wanted]:
    dialect = connection.dialect.name
    return [
        Wanted(space, name, index, real_index(dialect, space, name, index))
        for space, name, text in _DECLARED.rows(connection)
        for index in load(text)
    ]


def _there(connection: Connection) -> dict[str, bool]:
    """The name of each index that is in the database, and whether it is whole."""
    return {name: bool(whole) for name, whole in _THERE.rows(connection, prefix=NAME_PREFIX)}


def _execute(db: Database, statement: str) -> None:
    if db.dialect == "sqlite":
        db.write(lambda connection: connection.exec_driver_sql(statement))
        return
    with db.reading() as connection:  # building concurrently cannot be part of a transaction
        try:
            connection.exec_driver_sql(_UNHURRIED)
            connection.exec_driver_sql(statement)
        finally:
            connection.invalidate()


@contextmanager
def _builder_of(db: Database) -> Iterator[bool]:
    """Whether nobody else builds. SQLite sees to that by itself."""
    with db.walking() as connection:  # not from the pool that the building needs
        row = _TRY_LOCK.row(connection, key=_BUILDERS_LOCK)
        try:
            yield row is not None and bool(row[0])
        finally:
            connection.invalidate()  # and the lock goes with it

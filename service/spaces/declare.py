"""Declaring collections: what their records must look like, and by what they can be found.

A declaration is a change of the space's log, like a record's: whoever replaces one says which one they read.
It says nothing about records that are there already; they are held to it when they are next written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from service.audit.store import record
from service.auth import policy
from service.auth.principal import Principal
from service.changes.log import Log, OpenLog
from service.changes.position import Position, position_of
from service.core.db import Database
from service.core.precondition import Precondition
from service.spaces import index, store
from service.spaces.access import Access, AccessBook
from service.spaces.collections import OnConflict
from service.spaces.errors import CollectionNotEmpty, CollectionNotFound, TooManyCollections
from service.spaces.index import IndexState
from service.spaces.schema import compile_schema
from service.spaces.store import Declared

COLLECTIONS_MAX: Final = 200
SYSTEM: Final = "system"
"""The actor of changes that nobody asked for at that moment."""

HoldsRecords = Callable[[Connection, str, str], bool]
"""``(connection, space, collection)``: whether any record lives there; answered by a higher room."""

Listener = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a caller wants a collection to be. ``indexes`` as ``index.declare`` takes them."""

    name: str
    schema: dict[str, Any] | None
    indexes: list[dict[str, Any]]
    on_conflict: OnConflict
    retention_days: int


@dataclass(frozen=True, slots=True)
class SeenCollection:
    """A collection, in the history named ``epoch``."""

    epoch: str
    declared: Declared


class Collections:
    """The verbs. ``holds_records`` keeps a collection that is not empty from being deleted."""

    def __init__(
        self, db: Database, log: Log, access_book: AccessBook, holds_records: HoldsRecords
    ) -> None:
        self._db = db
        self._log = log
        self._access_book = access_book
        self._holds_records = holds_records
        self._listeners: list[Listener] = []

    def when_declared(self, listener: Listener) -> None:
        """Call ``listener(space, collection)`` after each commit that declared or deleted one."""
        self._listeners.append(listener)

    def page(self, principal: Principal, space: str, after: str, limit: int) -> list[Declared]:
        """Collections from behind the name ``after``. Raises SpaceNotFound."""
        with self._db.reading() as connection:
            self._check(connection, principal, position_of(connection, space), "collections.read")
            return store.list_collections(connection, space, after, limit)

    def get(self, principal: Principal, space: str, name: str) -> SeenCollection:
        """Raises SpaceNotFound, CollectionNotFound."""
        with self._db.reading() as connection:
            position = position_of(connection, space)
            self._check(connection, principal, position, "collections.read")
            declared = store.find_collection(connection, space, name)
        if declared is None:
            raise CollectionNotFound
        return SeenCollection(position.epoch, declared)

    def put(
        self, principal: Principal, space: str, wanted: Declaration, expected: Precondition
    ) -> tuple[SeenCollection, bool]:
        """Declare a collection, or declare it anew; whether it is new.

        Raises SpaceNotFound, InvalidSchema, InvalidIndexes, TooManyCollections, Forbidden,
        PreconditionFailed with ``current``.
        """
        if wanted.schema is not None:
            compile_schema(wanted.schema)

        def body(connection: Connection, log: OpenLog) -> tuple[SeenCollection, bool]:
            current = self._current(connection, log, principal, wanted.name)
            _require(expected, log, current)
            if current is None and store.count_collections(connection, space) >= COLLECTIONS_MAX:
                raise TooManyCollections(limits={"collections_max": COLLECTIONS_MAX})
            declared = _declare(connection, log, principal, (current, wanted))
            return SeenCollection(log.epoch, declared), current is None

        answer = self._log.write(space, body)
        self._tell(space, wanted.name)
        return answer

    def remove(
        self, principal: Principal, space: str, name: str, expected: Precondition
    ) -> None:
        """Raises SpaceNotFound, CollectionNotFound, CollectionNotEmpty, Forbidden, PreconditionFailed."""

        def body(connection: Connection, log: OpenLog) -> None:
            current = self._current(connection, log, principal, name)
            if current is None:
                raise CollectionNotFound
            _require(expected, log, current)
            if self._holds_records(connection, space, name):
                raise CollectionNotEmpty
            log.append("collection", "delete", name, version=current.version + 1, actor=principal.user_id)
            log.configured()
            store.delete_collection(connection, space, name)
            _audit(connection, log, principal, name)

        self._log.write(space, body)
        self._tell(space, name)

    def set_index_state(self, space: str, name: str, index_name: str, state: IndexState) -> bool:
        """Say how building an index went; False when the collection or the index is gone meanwhile."""

        def body(connection: Connection, log: OpenLog) -> bool:
            current = store.find_collection(connection, space, name)
            states = {each.name: each.state for each in current.indexes} if current else {}
            if current is None or index_name not in states:
                return False
            if states[index_name] != state:
                indexes = index.with_state(current.indexes, index_name, state)
                _replace(connection, log, SYSTEM, current, indexes=indexes)
            return True

        return self._log.write(space, body)

    def _check(
        self, connection: Connection, principal: Principal, position: Position, action: str
    ) -> Access:
        access = self._access_book.access(connection, position, principal.user_id)
        policy.decide(principal, action, access.role)
        return access

    def _current(
        self, connection: Connection, log: OpenLog, principal: Principal, name: str
    ) -> Declared | None:
        """The collection as it is, for a caller who may change it."""
        position = Position(log.space, log.head, log.floor, log.epoch, log.config_seq)
        self._check(connection, principal, position, "collections.manage")
        return store.find_collection(connection, log.space, name)

    def _tell(self, space: str, name: str) -> None:
        for listener in self._listeners:
            listener(space, name)

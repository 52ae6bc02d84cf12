"""Declaring collections: what their records must look like, and by what they can be found.

A declaration is a change of the space's log, like a record's: whoever replaces one says which one
they read. It says nothing about records that are there already; they are held to it when they are
next written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from service.audit.store import audit
from service.auth.principal import Principal
from service.changes.log import Log, OpenLog
from service.changes.position import position_of
from service.core import names
from service.core.db import Database
from service.core.errors import FieldError, Invalid
from service.core.jsontext import canonical
from service.core.precondition import Precondition
from service.spaces import index, store
from service.spaces.access import AccessBook
from service.spaces.collections import OnConflict
from service.spaces.errors import (
    CollectionNotEmpty,
    CollectionNotFound,
    TooManyCollections,
    TooManyIndexes,
)
from service.spaces.index import Index, IndexState
from service.spaces.schema import compile_schema
from service.spaces.store import Declared

COLLECTIONS_MAX: Final = 200
SPACE_INDEXES_MAX: Final = 30
SYSTEM: Final = "system"
"""The actor of changes that nobody asked for at that moment."""

_NAME = re.compile(names.COLLECTION)

HoldsRecords = Callable[[Connection, str, str], bool]
"""``(connection, space, collection)``: whether any record lives there."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a caller wants a collection to be. ``indexes`` as ``index.declare`` takes them.

    Without ``retention_days`` the installation's are taken.
    """

    name: str
    schema: dict[str, Any] | None
    indexes: list[dict[str, Any]]
    on_conflict: OnConflict
    retention_days: int | None


@dataclass(frozen=True, slots=True)
class SeenCollection:
    """A collection, in the history named ``epoch``."""

    epoch: str
    declared: Declared


class Collections:
    """The verbs. ``holds_records`` keeps a collection that is not empty from being deleted."""

    def __init__(
        self,
        db: Database,
        log: Log,
        access_book: AccessBook,
        holds_records: HoldsRecords,
        retention_days: int,
    ) -> None:
        self._db = db
        self._log = log
        self._access_book = access_book
        self._holds_records = holds_records
        self._retention_days = retention_days

    def page(self, principal: Principal, space: str, after: str, limit: int) -> list[Declared]:
        """Collections from behind the name ``after``. Raises SpaceNotFound."""
        with self._db.reading() as connection:
            position = position_of(connection, space)
            self._access_book.allowed(connection, position, principal, "collections.read")
            return store.list_collections(connection, space, after, limit)

    def get(self, principal: Principal, space: str, name: str) -> SeenCollection:
        """Raises SpaceNotFound, CollectionNotFound."""
        with self._db.reading() as connection:
            position = position_of(connection, space)
            self._access_book.allowed(connection, position, principal, "collections.read")
            declared = store.find_collection(connection, space, name)
        if declared is None:
            raise CollectionNotFound
        return SeenCollection(position.epoch, declared)

    def put(
        self, principal: Principal, space: str, wanted: Declaration, expected: Precondition
    ) -> tuple[SeenCollection, bool]:
        """Declare a collection, or declare it anew; whether it is new.

        Raises SpaceNotFound, InvalidSchema, InvalidIndexes, TooManyCollections, TooManyIndexes,
        Forbidden, PreconditionFailed with ``current``.
        """
        _check(wanted)
        if wanted.retention_days is None:
            wanted = replace(wanted, retention_days=self._retention_days)

        def body(connection: Connection, log: OpenLog) -> tuple[SeenCollection, bool]:
            current = self._current(connection, log, principal, wanted.name)
            _require(expected, log, current)
            if current is None and store.count_collections(connection, space) >= COLLECTIONS_MAX:
                raise TooManyCollections(limits={"collections_max": COLLECTIONS_MAX})
            _require_room_for_indexes(connection, space, wanted)
            declared = _declare(connection, log, principal, (current, wanted))
            return SeenCollection(log.epoch, declared), current is None

        return self._log.write(space, body)

    def remove(self, principal: Principal, space: str, name: str, expected: Precondition) -> None:
        """Raises CollectionNotFound, CollectionNotEmpty, and what ``put`` raises."""

        def body(connection: Connection, log: OpenLog) -> None:
            current = self._current(connection, log, principal, name)
            if current is None:
                raise CollectionNotFound
            _require(expected, log, current)
            if self._holds_records(connection, space, name):
                raise CollectionNotEmpty
            _append(log, principal.user_id, name, current.version + 1, "delete")
            store.delete_collection(connection, space, name)
            _audit(connection, log, principal, name)

        self._log.write(space, body)

    def set_index_state(self, space: str, name: str, built: Index, state: IndexState) -> bool:
        """Say how building an index went; False when it, of these fields, is gone meanwhile."""

        def body(connection: Connection, log: OpenLog) -> bool:
            current = store.find_collection(connection, space, name)
            declared = current.indexes if current else ()
            states = {(each.name, each.fields): each.state for each in declared}
            now = states.get((built.name, built.fields))
            if current is None or now is None:
                return False
            if now != state:
                indexes = index.with_state(current.indexes, built.name, state)
                _replace(connection, log, SYSTEM, current, {"indexes": indexes})
            return True

        return self._log.write(space, body)

    def _current(
        self, connection: Connection, log: OpenLog, principal: Principal, name: str
    ) -> Declared | None:
        """The collection as it is, for a caller who may change it."""
        self._access_book.allowed(connection, log, principal, "collections.manage")
        return store.find_collection(connection, log.space, name)


def _check(wanted: Declaration) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise Invalid(errors=[FieldError("A name begins with a letter.", parameter="collection")])
    if wanted.schema is not None:
        compile_schema(wanted.schema)


def _require_room_for_indexes(connection: Connection, space: str, wanted: Declaration) -> None:
    """Every write asks each index of the database whether it is concerned, so there are few."""
    beside = store.count_indexes_beside(connection, space, wanted.name) if wanted.indexes else 0
    if beside + len(wanted.indexes) > SPACE_INDEXES_MAX:
        raise TooManyIndexes(limits={"indexes_max": SPACE_INDEXES_MAX})


def _require(expected: Precondition, log: OpenLog, current: Declared | None) -> None:
    expected.require(store.place(log.epoch, current), current=current and current.as_dict())


def _declare(
    connection: Connection,
    log: OpenLog,
    principal: Principal,
    change: tuple[Declared | None, Declaration],
) -> Declared:
    current, wanted = change
    values: dict[str, Any] = {
        "schema": None if wanted.schema is None else canonical(wanted.schema),
        "indexes": index.declare(wanted.indexes, current.indexes if current else ()),
        "on_conflict": wanted.on_conflict,
        "retention_days": wanted.retention_days,
    }
    if current is None:
        declared = _create(connection, log, principal.user_id, wanted.name, values)
    elif all(getattr(current, name) == value for name, value in values.items()):
        return current
    else:
        declared = _replace(connection, log, principal.user_id, current, values)
    _audit(connection, log, principal, wanted.name)
    return declared


def _create(
    connection: Connection, log: OpenLog, actor: str, name: str, values: dict[str, Any]
) -> Declared:
    seq = _append(log, actor, name, 1, "create")
    declared = Declared(
        name=name, **values, version=1, seq=seq, created_at=log.at, updated_at=log.at
    )
    store.save_collection(connection, log.space, declared)
    return declared


def _replace(
    connection: Connection, log: OpenLog, actor: str, current: Declared, values: dict[str, Any]
) -> Declared:
    version = current.version + 1
    seq = _append(log, actor, current.name, version, "update")
    declared = replace(current, **values, version=version, seq=seq, updated_at=log.at)
    store.save_collection(connection, log.space, declared)
    return declared


def _append(log: OpenLog, actor: str, name: str, version: int, op: str) -> int:
    seq = log.append("collection", op, name, version=version, actor=actor)
    log.configured()
    return seq


def _audit(connection: Connection, log: OpenLog, principal: Principal, name: str) -> None:
    resource = f"spaces/{log.space}/collections/{name}"
    audit(connection, principal, "collections.manage", resource, log.space)

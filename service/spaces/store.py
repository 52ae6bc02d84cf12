"""Reading and writing spaces, members and collections. Each function is one statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from service.changes.tables import spaces
from service.core import clock
from service.core.bulk import Bulk
from service.core.ids import new_epoch
from service.core.precondition import Position
from service.spaces import index
from service.spaces.collections import OnConflict
from service.spaces.index import Index
from service.spaces.tables import collections, member_events, members

_EVENTS = Bulk(member_events)


@dataclass(frozen=True, slots=True)
class Member:
    """One user's standing in a space, as it is kept. ``seq`` is that of its newest change."""

    user_id: str
    role: str
    realms: tuple[str, ...]
    version: int
    seq: int
    created_at: str
    updated_at: str

    def as_dict(self) -> dict[str, Any]:
        """As an answer has it."""
        return {
            "user_id": self.user_id,
            "role": self.role,
            "realms": list(self.realms),
            "version": self.version,
            "seq": self.seq,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }

    def essence(self) -> str:
        """What a change of it replaces, as the log keeps it."""
        return orjson.dumps({"role": self.role, "realms": self.realms}).decode()


@dataclass(frozen=True, slots=True)
class Declared:
    """A collection as it was declared. ``schema`` is JSON text; None takes any object."""

    name: str
    schema: str | None
    indexes: tuple[Index, ...]
    on_conflict: OnConflict
    retention_days: int
    version: int
    seq: int
    created_at: str
    updated_at: str

    def as_dict(self) -> dict[str, Any]:
        """As an answer has it."""
        return {
            "name": self.name,
            "schema": self.schema and orjson.Fragment(self.schema),
            "indexes": self.indexes,
            "on_conflict": self.on_conflict,
            "retention_days": self.retention_days,
            "version": self.version,
            "seq": self.seq,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


def insert_space(connection: Connection, id_: str, name: str) -> None:
    """A space with an empty log and nobody in it."""
    at = clock.timestamp()
    empty = {"head": 0, "floor": 0, "config_seq": 0, "epoch": new_epoch()}
    values = {"id": id_, "name": name, **empty, "created_at": at, "updated_at": at}
    connection.execute(sa.insert(spaces).values(values))


def rename_space(connection: Connection, id_: str, name: str) -> None:
    """The caller holds the space's lock."""
    connection.execute(sa.update(spaces).where(spaces.c.id == id_).values(name=name))


def spaces_of(
    connection: Connection, user_id: str, after: str, limit: int
) -> "Iterator[sa.Row[Any]]":
    """Rows of the spaces that ``user_id`` is a member of, each with ``role`` and ``realms``."""
    query = (
        sa.select(spaces, members.c.role, members.c.realms)
        .join(members, members.c.space == spaces.c.id)
        .where(members.c.user_id == user_id, spaces.c.id > after)
        .order_by(spaces.c.id)
        .limit(limit)
    )
    return iter(connection.execute(query))


def space_of(connection: Connection, user_id: str, space: str) -> "sa.Row[Any] | None":
    """One such row, if ``user_id`` is a member of ``space``."""
    query = (
        sa.select(spaces, members.c.role, members.c.realms)
        .join(members, members.c.space == spaces.c.id)
        .where(members.c.user_id == user_id, spaces.c.id == space)
    )
    return connection.execute(query).one_or_none()


def space_ids_of(connection: Connection, user_id: str) -> list[str]:
    """The spaces that ``user_id`` is a member of."""
    query = sa.select(members.c.space).where(members.c.user_id == user_id)
    return list(connection.execute(query.order_by(members.c.space)).scalars())


def find_member(connection: Connection, space: str, user_id: str) -> Member | None:
    """The member, if there is one."""
    query = _members(space).where(members.c.user_id == user_id)
    row = connection.execute(query).one_or_none()
    return _as_member(row) if row else None


def list_members(connection: Connection, space: str, after: str, limit: int) -> list[Member]:
    """Members from behind the user id ``after``."""
    query = _members(space).where(members.c.user_id > after).order_by(members.c.user_id)
    return [_as_member(row) for row in connection.execute(query.limit(limit))]


def count_members(connection: Connection, space: str) -> int:
    """How many members ``space`` has."""
    query = sa.select(sa.func.count()).select_from(members).where(members.c.space == space)
    return connection.execute(query).scalar_one()


def owners(connection: Connection, space: str) -> set[str]:
    """The user ids of the space's owners."""
    query = sa.select(members.c.user_id).where(members.c.space == space, members.c.role == "owner")
    return set(connection.execute(query).scalars())


def save_member(connection: Connection, space: str, member: Member) -> None:
    """Insert ``member``, or put it in place of what it was (``version`` says which)."""
    values = member.as_dict() | {"realms": orjson.dumps(member.realms).decode()}
    if member.version == 1:
        connection.execute(sa.insert(members).values(space=space, **values))
        return
    same = sa.and_(members.c.space == space, members.c.user_id == member.user_id)
    connection.execute(sa.update(members).where(same).values(values))


def delete_member(connection: Connection, space: str, user_id: str) -> None:
    """The caller writes what it means for the delta: see ``insert_events``."""
    same = sa.and_(members.c.space == space, members.c.user_id == user_id)
    connection.execute(sa.delete(members).where(same))


def insert_events(
    connection: Connection, at: tuple[str, str, int], events: Sequence[tuple[str, str]]
) -> None:
    """``(realm, "grant" | "revoke")`` for the user at ``(space, user_id, seq)``."""
    _EVENTS.insert(connection, [(*at, realm, op) for realm, op in events])


def find_collection(connection: Connection, space: str, name: str) -> Declared | None:
    """The collection, if there is one."""
    query = _collections(space).where(collections.c.name == name)
    row = connection.execute(query).one_or_none()
    return _as_declared(row) if row else None


def list_collections(connection: Connection, space: str, after: str, limit: int) -> list[Declared]:
    """Collections from behind the name ``after``."""
    query = _collections(space).where(collections.c.name > after).order_by(collections.c.name)
    return [_as_declared(row) for row in connection.execute(query.limit(limit))]


def count_collections(connection: Connection, space: str) -> int:
    """How many collections ``space`` has."""
    query = sa.select(sa.func.count()).select_from(collections).where(collections.c.space == space)
    return connection.execute(query).scalar_one()


def count_indexes_beside(connection: Connection, space: str, name: str) -> int:
    """How many indexes the collections of ``space`` have, all but the one called ``name``."""
    query = sa.select(collections.c.indexes).where(
        collections.c.space == space, collections.c.name != name, collections.c.indexes != "[]"
    )
    return sum(len(index.load(text)) for text in connection.execute(query).scalars())


def save_collection(connection: Connection, space: str, declared: Declared) -> None:
    """Insert ``declared``, or put it in place of what it was (``version`` says which)."""
    kept = {"schema": declared.schema, "indexes": index.dump(declared.indexes)}
    values = declared.as_dict() | kept
    if declared.version == 1:
        connection.execute(sa.insert(collections).values(space=space, **values))
        return
    same = sa.and_(collections.c.space == space, collections.c.name == declared.name)
    connection.execute(sa.update(collections).where(same).values(values))


def delete_collection(connection: Connection, space: str, name: str) -> None:
    """The caller has made sure that it holds no record."""
    same = sa.and_(collections.c.space == space, collections.c.name == name)
    connection.execute(sa.delete(collections).where(same))


def place(epoch: str, found: Member | Declared | None) -> Position | None:
    """Where ``found`` stands, for a precondition."""
    return None if found is None else (epoch, found.seq)


def _members(space: str) -> "sa.Select[Any]":
    return sa.select(*list(members.c)[1:]).where(members.c.space == space)


def _as_member(row: "sa.Row[Any]") -> Member:
    user_id, role, realms, *rest = tuple(row)
    return Member(user_id, role, tuple(orjson.loads(realms)), *rest)


def _collections(space: str) -> "sa.Select[Any]":
    return sa.select(*list(collections.c)[1:]).where(collections.c.space == space)


def _as_declared(row: "sa.Row[Any]") -> Declared:
    name, schema, indexes, *rest = tuple(row)
    return Declared(name, schema, index.load(indexes), *rest)

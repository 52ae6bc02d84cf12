"""Records in the database: the statements of the write path and of reading one record."""

from collections.abc import Iterable, Mapping, Sequence

import orjson
from sqlalchemy import Connection

from service.core.bulk import Bulk
from service.core.sql import Hot, list_of
from service.records.effect import Move
from service.records.record import Record
from service.records.tables import markers, mutation_results, records
from service.spaces.access import Access

Key = tuple[str, str]
ResultKey = tuple[str, str, str]
"""(user_id, client_id, mutation_id)"""
Answer = tuple[str, str]
"""(fingerprint of the mutation, JSON text of its first result)"""

_OF = ", ".join(f"r.{name}" for name in Record._fields)

_CURRENT = Hot(
    f"SELECT {_OF} FROM json_each(:keys) k CROSS JOIN records r ON r.space = :space"  # noqa: S608 - constants only; values are parameters
    " AND r.collection = json_extract(k.value, '$[0]') AND r.id = json_extract(k.value, '$[1]')",
    postgresql=f"SELECT {_OF} FROM unnest(:collections::text[], :ids::text[]) k(collection, id)"  # noqa: S608 - constants only; values are parameters
    " JOIN records r ON r.space = :space AND r.collection = k.collection AND r.id = k.id",
)
_SEEN = Hot(
    "SELECT m.user_id, m.client_id, m.mutation_id, m.fingerprint, m.original"
    " FROM json_each(:keys) k CROSS JOIN mutation_results m ON m.space = :space"
    " AND m.user_id = json_extract(k.value, '$[0]') AND m.client_id = json_extract(k.value, '$[1]')"
    " AND m.mutation_id = json_extract(k.value, '$[2]')",
    postgresql="SELECT m.user_id, m.client_id, m.mutation_id, m.fingerprint, m.original"
    " FROM unnest(:users::text[], :clients::text[], :mutations::text[]) k(u, c, m)"
    " JOIN mutation_results m ON m.space = :space AND m.user_id = k.u AND m.client_id = k.c"
    " AND m.mutation_id = k.m",
)
_VISIBLE = Hot(
    "SELECT s.epoch, s.config_seq,"  # noqa: S608 - constants only; values are parameters
    f" {_OF} FROM spaces s LEFT JOIN records r ON r.space = s.id"
    " AND r.collection = :collection AND r.id = :id AND (:every_realm OR IN_LIST(r.realm, :realms))"
    " WHERE s.id = :space"
)
_ANY_LIVE = Hot(
    "SELECT 1 FROM records"
    " WHERE space = :space AND collection = :collection AND NOT deleted LIMIT 1"
)
_BEFORE = Hot(
    "SELECT before FROM changes WHERE space = :space AND collection = :collection"
    " AND id = :id AND version = :version AND seq > :after ORDER BY seq DESC LIMIT 1"
)
_MOVED_FROM = Hot(
    "SELECT m.from_realm FROM changes c JOIN move_markers m ON m.space = c.space AND m.seq = c.seq"
    " WHERE c.space = :space AND c.collection = :collection AND c.id = :id AND c.version > :version"
    " AND c.seq > :after AND c.kind = 'move' ORDER BY c.version LIMIT 1"
)
_BYTES = Hot(
    "SELECT r.collection, r.id, length(r.data) FROM json_each(:keys) k"
    " CROSS JOIN records r ON r.space = :space"
    " AND r.collection = json_extract(k.value, '$[0]') AND r.id = json_extract(k.value, '$[1]')",
    postgresql="SELECT r.collection, r.id, octet_length(r.data)"
    " FROM unnest(:collections::text[], :ids::text[]) k(collection, id)"
    " JOIN records r ON r.space = :space AND r.collection = k.collection AND r.id = k.id",
)
_UPSERT = Bulk(
    records,
    ("space", *Record._fields),
    "ON CONFLICT (space, collection, id) DO UPDATE SET realm = excluded.realm,"
    " version = excluded.version, seq = excluded.seq, deleted = excluded.deleted,"
    " created_at = excluded.created_at, created_by = excluded.created_by,"
    " updated_at = excluded.updated_at, updated_by = excluded.updated_by, data = excluded.data",
)
_MARK = Bulk(markers)
_REMEMBER = Bulk(mutation_results)


def current(connection: Connection, space: str, keys: Iterable[Key]) -> dict[Key, Record]:
    """The records named by ``keys`` that exist, tombstones included, whoever may see them."""
    pairs = list(set(keys))
    if not pairs:
        return {}
    rows = _CURRENT.rows(
        connection, space=space, **_columns(connection, pairs, "collections", "ids")
    )
    return {record.key: record for record in map(Record._make, rows)}


def visible(
    connection: Connection, access: Access, collection: str, id_: str
) -> tuple[str, int, Record | None] | None:
    """``(epoch, config_seq, record)`` in one indexed read; the record only if it is visible.

    None when there is no such space. The caller compares epoch and config_seq with those of
    ``access``.
    """
    row = _VISIBLE.row(
        connection,
        space=access.space,
        collection=collection,
        id=id_,
        every_realm=access.sees_every_realm,
        realms=list_of(connection, sorted(access.realms)),
    )
    if row is None:
        return None
    epoch, config_seq, *columns = row
    return epoch, config_seq, Record._make(columns) if columns[0] is not None else None


def data_at(
    connection: Connection, space: str, collection: str, id_: str, version: int, after: int = 0
) -> str | None:
    """The data of ``version``, which the next change replaced; None when that was pruned.

    A change is only looked for ``after`` a seq.
    """
    next_one = {"collection": collection, "id": id_, "version": version + 1}
    row = _BEFORE.row(connection, space=space, after=after, **next_one)
    return row[0] if row else None


def moved_from(
    connection: Connection, space: str, key: Key, version: int, after: int
) -> str | None:
    """The realm that a record was in at ``version``, if it has left that since."""
    of_one = dict(zip(("collection", "id"), key, strict=True))
    row = _MOVED_FROM.row(connection, space=space, version=version, after=after, **of_one)
    return row[0] if row else None


def bytes_of(connection: Connection, space: str, keys: Sequence[Key]) -> dict[Key, int]:
    """How much data the records named by ``keys`` hold, in bytes or (SQLite) characters."""
    rows = _BYTES.rows(connection, space=space, **_columns(connection, keys, "collections", "ids"))
    return {(collection, id_): size or 0 for collection, id_, size in rows}


def seen(connection: Connection, space: str, keys: Sequence[ResultKey]) -> dict[ResultKey, Answer]:
    """What was answered to those mutations that were sent before."""
    if not keys:
        return {}
    names = ("users", "clients", "mutations")
    rows = _SEEN.rows(connection, space=space, **_columns(connection, keys, *names))
    return {row[:3]: row[3:] for row in rows}


def upsert(connection: Connection, space: str, rows: Iterable[Record]) -> None:
    """Write the newest state of each record; ``rows`` names each record once."""
    _UPSERT.insert(connection, [(space, *row) for row in rows])


def mark_moves(connection: Connection, space: str, moves: Iterable[Move]) -> None:
    """Write a marker for each record that changed its realm."""
    _MARK.insert(connection, [(space, *move) for move in moves])


def remember(
    connection: Connection, space: str, answers: Mapping[ResultKey, Answer], at_ms: int
) -> None:
    """Write what was answered to each mutation that has an id."""
    _REMEMBER.insert(connection, [(space, *key, *answers[key], at_ms) for key in answers])


def _columns(
    connection: Connection, keys: Sequence[tuple[str, ...]], *names: str
) -> dict[str, object]:
    if connection.dialect.name == "sqlite":
        return {"keys": orjson.dumps(keys).decode()}
    return dict(zip(names, map(list, zip(*keys, strict=True)), strict=True))


def holds_records(connection: Connection, space: str, collection: str) -> bool:
    """Whether any record of the collection is there."""
    return _ANY_LIVE.row(connection, space=space, collection=collection) is not None

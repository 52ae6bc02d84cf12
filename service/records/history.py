"""What a record was: its revisions, one of them restored, all of them erased.

The log keeps what each change replaced. So the data of a version is what the change after it
replaced, and that of the newest version is the record itself.

For a reader a record's history has a beginning: where it was created, or where it came out of a
realm that they are not in. What it was before they could not see then, and cannot now.
"""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from service.core.sql import Hot, list_of
from service.records import store
from service.records.decide import Base
from service.records.errors import RevisionNotFound
from service.records.record import Record
from service.spaces.access import Access

_BORN = Hot(
    "SELECT max(seq) FROM changes WHERE space = :space AND collection = :collection"
    " AND id = :id AND version = 1"
)
_CAME_OUT = Hot(
    "SELECT max(c.seq) FROM changes c LEFT JOIN move_markers m ON m.space = c.space"
    " AND m.seq = c.seq WHERE c.space = :space AND c.collection = :collection AND c.id = :id"
    " AND c.kind = 'move' AND (m.from_realm IS NULL OR NOT IN_LIST(m.from_realm, :realms))"
)
_REVISIONS = Hot(
    "SELECT c.version, c.seq, c.op, c.at, c.actor,"
    " (SELECT n.before FROM changes n WHERE n.space = c.space AND n.collection = c.collection"
    " AND n.id = c.id AND n.version = c.version + 1 AND n.seq > c.seq ORDER BY n.seq LIMIT 1)"
    " FROM changes c WHERE c.space = :space AND c.collection = :collection AND c.id = :id"
    " AND c.version < :below AND c.seq >= :beginning ORDER BY c.version DESC LIMIT :count"
)
_FORGET_DATA = Hot(
    "UPDATE changes SET before = NULL WHERE space = :space AND collection = :collection"
    " AND id = :id AND before IS NOT NULL"
)


class Revision(NamedTuple):
    """One version of a record. ``data`` is JSON text; None: deleted, pruned or erased."""

    version: int
    seq: int
    op: str
    at: str
    actor: str
    data: str | None


def revisions(
    connection: Connection, access: Access, record: Record, below: int, count: int
) -> list[Revision]:
    """Up to ``count`` versions under ``below`` that ``access`` may see, newest first."""
    rows = _REVISIONS.rows(
        connection,
        space=access.space,
        collection=record.collection,
        id=record.id,
        beginning=_beginning(connection, access, record),
        below=below,
        count=count,
    )
    return [_with_present_data(Revision(*row), record) for row in rows]


def data_of(connection: Connection, access: Access, record: Record, version: int) -> dict[str, Any]:
    """The data of ``version``. Raises RevisionNotFound when it is not kept, or was a deletion."""
    if version == record.version:
        text = record.data
    else:
        beginning = _beginning(connection, access, record)
        text = store.data_at(connection, access.space, *record.key, version, beginning)
    if text is None:
        raise RevisionNotFound
    return orjson.loads(text)  # type: ignore[no-any-return]


def base_of(connection: Connection, access: Access, record: Record, version: int) -> Base | None:
    """What a committed ``record`` was at ``version``, if that is kept and ``access`` saw it.

    Who merges is told which members differ: nobody may learn that of what they could not see.
    """
    beginning = _beginning(connection, access, record)
    text = store.data_at(connection, access.space, *record.key, version, beginning)
    if text is None:
        return None
    left = store.moved_from(connection, access.space, record.key, version, beginning)
    return Base(text, left or record.realm)


def erase(connection: Connection, space: str, collection: str, id_: str) -> None:
    """Forget the data of every older version."""
    _FORGET_DATA.run(connection, space=space, collection=collection, id=id_)


def _beginning(connection: Connection, access: Access, record: Record) -> int:
    """The seq with which the history that ``access`` may see begins.

    The log can be older than the record: a tombstone may be forgotten first, and its id used again.
    """
    of_one = {"space": access.space, "collection": record.collection, "id": record.id}
    found = [_BORN.row(connection, **of_one)]
    if not access.sees_every_realm:
        realms = list_of(connection, sorted(access.realms))
        found.append(_CAME_OUT.row(connection, realms=realms, **of_one))
    return max((row[0] or 0 for row in found if row), default=0)


def _with_present_data(revision: Revision, record: Record) -> Revision:
    return revision._replace(data=record.data) if revision.version == record.version else revision

"""What a record was: its revisions, one of them restored, all of them erased.

The log keeps what each change replaced. So the data of a version is what the change after it
replaced, and that of the newest version is the record itself.
"""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from service.core.sql import Hot
from service.records import store
from service.records.errors import RevisionNotFound
from service.records.record import Record

_REVISIONS = Hot(
    "SELECT c.version, c.seq, c.op, c.at, c.actor,"
    " (SELECT n.before FROM changes n WHERE n.space = c.space AND n.collection = c.collection"
    " AND n.id = c.id AND n.version = c.version + 1 AND n.seq > c.seq ORDER BY n.seq LIMIT 1)"
    " FROM changes c WHERE c.space = :space AND c.collection = :collection AND c.id = :id"
    " AND c.version < :below AND c.op <> 'erase' ORDER BY c.version DESC LIMIT :count"
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
    connection: Connection, space: str, record: Record, below: int, count: int
) -> list[Revision]:
    """Up to ``count`` versions under ``below``, newest first."""
    rows = _REVISIONS.rows(
        connection,
        space=space,
        collection=record.collection,
        id=record.id,
        below=below,
        count=count,
    )
    return [_with_present_data(Revision(*row), record) for row in rows]


def data_of(connection: Connection, space: str, record: Record, version: int) -> dict[str, Any]:
    """The data of ``version``. Raises RevisionNotFound when it is not kept, or was a deletion."""
    if version == record.version:
        text = record.data
    else:
        text = store.data_at(connection, space, record.collection, record.id, version)
    if text is None:
        raise RevisionNotFound
    return orjson.loads(text)  # type: ignore[no-any-return]


def erase(connection: Connection, space: str, collection: str, id_: str) -> None:
    """Forget the data of every older version."""
    _FORGET_DATA.run(connection, space=space, collection=collection, id=id_)


def _with_present_data(revision: Revision, record: Record) -> Revision:
    return revision._replace(data=record.data) if revision.version == record.version else revision

"""A record as it is stored, and as it leaves: text, joined around the stored text of its data."""

from typing import NamedTuple

from service.core.sql import Row


class Record(NamedTuple):
    """One row of ``records``; every statement of this room names the columns in this order."""

    collection: str
    id: str
    realm: str
    version: int
    seq: int
    deleted: bool
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    data: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What names the record inside its space."""
        return self.collection, self.id


def as_json(record: Record | Row) -> str:
    """The JSON text of a record, or of a row with its columns.

    Ids, realms and timestamps are of patterns that need no escaping.
    """
    (
        collection,
        id_,
        realm,
        version,
        seq,
        is_deleted,
        created_at,
        _,
        updated_at,
        updated_by,
        data,
    ) = record
    deleted = ',"deleted":true' if is_deleted else ""
    return (
        f'{{"id":"{id_}","collection":"{collection}","realm":"{realm}","data":{data or "null"},'
        f'"version":{version},"seq":{seq},"created_at":"{created_at}","updated_at":"{updated_at}",'
        f'"updated_by":"{updated_by}"{deleted}}}'
    )

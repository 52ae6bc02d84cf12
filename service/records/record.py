"""A record as it is stored, and as it leaves: text, joined around the stored text of its data."""

from typing import NamedTuple


class Record(NamedTuple):
    """One row of ``records``, in the order in which every statement of this room names the columns."""

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


COLUMNS = ", ".join(Record._fields)


def as_json(record: Record) -> str:
    """The record's JSON text. Ids, realms and timestamps are of patterns that need no escaping."""
    deleted = ',"deleted":true' if record.deleted else ""
    return (
        f'{{"id":"{record.id}","collection":"{record.collection}","realm":"{record.realm}",'
        f'"data":{record.data or "null"},"version":{record.version},"seq":{record.seq},'
        f'"created_at":"{record.created_at}","updated_at":"{record.updated_at}",'
        f'"updated_by":"{record.updated_by}"{deleted}}}'
    )

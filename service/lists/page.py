"""A page of a list, as it leaves: text, joined around the stored text of each record's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from service.core.sql import Row
from service.lists.walk_sql import DATA, KEYS
from service.records.projection import Projection

POSITION_PARAMETERS: Final = ("cursor", "offset")


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows that begin with the COLUMNS of ``walk_sql``.

    ``next_cursor`` is None on the last page; another one may have fewer rows than asked for.
    """

    rows: Sequence[Row]
    next_cursor: str | None

    def as_json(self, collection: str, projection: Projection | None = None) -> str:
        """``{"data": [records], "next_cursor": …}``. Nothing in it but data needs escaping."""
        rows = self.rows
        if projection:
            rows = [(*row[:DATA], projection.apply(row[DATA])) for row in rows]
        records = ",".join([_record(row, collection) for row in rows])
        cursor = f'"{self.next_cursor}"' if self.next_cursor else "null"
        return f'{{"data":[{records}],"next_cursor":{cursor}}}'

    def links(self, url: str, parameters: Mapping[str, str]) -> str:
        """The value of ``Link`` (RFC 8288): the first page, and the next if there is one."""
        kept = {name: text for name, text in parameters.items() if name not in POSITION_PARAMETERS}
        links = [_link(url, kept, "first")]
        if self.next_cursor:
            links.append(_link(url, {**kept, "cursor": self.next_cursor}, "next"))
        return ", ".join(links)


def _record(row: Row, collection: str) -> str:
    id_, realm, version, seq, created_at, updated_at, updated_by, data = row[:KEYS]
    return (
        f'{{"id":"{id_}","collection":"{collection}","realm":"{realm}","data":{data},'
        f'"version":{version},"seq":{seq},"created_at":"{created_at}","updated_at":"{updated_at}",'
        f'"updated_by":"{updated_by}"}}'
    )


def _link(url: str, parameters: Mapping[str, str], relation: str) -> str:
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f'<{url}{query}>; rel="{relation}"'

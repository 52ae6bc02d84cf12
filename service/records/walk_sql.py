"""The statement that reads one page of a walk.

It has two arms. The first goes along the index for at most SCANNED_MAX records and keeps those that
pass what is asked of them. The second, which only runs when that fills no page, is the place where the
first had to stop: a row of keys whose ``realm`` is null. There is none when the first arm saw the end.
Both see the same commit, for they are one statement.

The inner LIMIT also keeps the planner on the index: nothing outside of it can be pushed into it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from service.core.sql import Hot
from service.records.filters import Condition
from service.records.walks import Walk

SCANNED_MAX: Final = 10_000
SKIPPED_MAX: Final = 10_000

COLUMNS: Final = ("id", "realm", "version", "seq", "created_at", "updated_at", "updated_by", "data")
IS_VISIBLE: Final = {
    "sqlite": "realm IN (SELECT value FROM json_each(:realms))",
    "postgresql": "realm = ANY(:realms)",
}
_NUMBERS = ("version", "seq")


class PageStatement:
    """Writes the statement for ``walk``; see the module."""

    def __init__(self, walk: Walk, dialect: str) -> None:
        self._walk = walk
        self._dialect = dialect
        self._keys = [column.field.key(dialect) for column in walk.order]

    def text(self, stretch: int | None, *, all_visible: bool, skips: bool) -> str:
        """With the parameters ``space collection realms rows skip``, and ``h0 …``, ``a0 …``, ``k0 …``.

        They are the arguments of what holds, of what is asked, and the keys of the last record.
        """
        scanned = SCANNED_MAX + (SKIPPED_MAX if skips else 0)
        page = self._page(stretch, scanned, all_visible)
        if skips:
            page = f"SELECT * FROM ({page} LIMIT :rows OFFSET :skip) AS page"
        return f"{page} UNION ALL {self._edge(stretch, scanned)} LIMIT :rows"

    def _page(self, stretch: int | None, scanned: int, all_visible: bool) -> str:
        columns = ", ".join(COLUMNS)
        asks = [*self._walk.way.asks, *self._conditions(self._walk.asking, "a")]
        if not all_visible:
            asks.append(IS_VISIBLE[self._dialect])
        return (
            f"SELECT {', '.join((*COLUMNS, *self._keys[:-1]))}"  # noqa: S608 - no value
            f" FROM (SELECT {columns}, collection, deleted {self._walked(stretch)} LIMIT {scanned})"
            f" AS walked WHERE {' AND '.join(asks) or '1 = 1'}"
        )

    def _edge(self, stretch: int | None, scanned: int) -> str:
        unique = self._walk.order[-1].field.path
        names = [f"k{n}" for n in range(len(self._keys) - 1)]
        keys = [f"{key} AS {name}" for key, name in zip(self._keys, names, strict=False)]
        columns = [name if name == unique else _nothing(name) for name in COLUMNS]
        return (
            f"SELECT {', '.join(columns + names)} FROM (SELECT {', '.join([unique, *keys])}"
            f" {self._walked(stretch)} LIMIT 1 OFFSET {scanned - 1}) AS edge"
        )

    def _walked(self, stretch: int | None) -> str:
        way = self._walk.way
        hint = f' INDEXED BY "{way.index}"' if way.index and self._dialect == "sqlite" else ""
        holding = self._conditions(self._walk.holding, "h")
        where = " AND ".join([way.holds, *holding, *self._bounds(stretch)])
        ordered = self._walk.order[stretch or 0 :]  # SQLite sorts where a fixed one is named again
        order = ", ".join(column.sql(self._dialect) for column in ordered)
        return f"FROM records{hint} WHERE {where} ORDER BY {order}"

    def _conditions(self, conditions: Sequence[Condition], letter: str) -> list[str]:
        return [each.sql(self._dialect, f"{letter}{n}") for n, each in enumerate(conditions)]

    def _bounds(self, stretch: int | None) -> list[str]:
        if stretch is None:
            return []
        beyond = "<" if self._walk.order[stretch].descending else ">"
        fixed = [f"{self._keys[n]} = :k{n}" for n in range(stretch)]
        return [*fixed, f"{self._keys[stretch]} {beyond} :k{stretch}"]


@lru_cache(maxsize=1_000)
def compiled(text: str) -> Hot:
    """``text``, which is written for the dialect that it will be used on."""
    return Hot(text)


def _nothing(name: str) -> str:
    return "CAST(NULL AS BIGINT)" if name in _NUMBERS else "NULL"

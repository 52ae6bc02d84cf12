"""The statements of a walk.

Each reads a few records of the index, in its order, whether or not they pass what is asked on the
way: those that do not come without their data. So a statement never runs longer than its LIMIT
says, and there is nothing in it that could lead a planner away from the index.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from service.core.sql import Hot, Row
from service.lists.filters import Condition
from service.lists.kinds import Key
from service.lists.walks import Stretch, Walk

COLUMNS: Final = ("id", "realm", "version", "seq", "created_at", "updated_at", "updated_by", "data")
DATA: Final = COLUMNS.index("data")
KEYS: Final = len(COLUMNS)
"""Where the keys begin that only a cursor needs."""

_LEAN_COLUMNS = "id, NULL, NULL, seq, NULL, NULL, NULL, "
_FULL_COLUMNS = ", ".join(COLUMNS[:DATA]) + ", "
_IS_VISIBLE = {
    "sqlite": "realm IN (SELECT value FROM json_each(:realms))",
    "postgresql": "realm = ANY(:realms)",
}


class WalkSql:
    """Writes the statements of ``walk``, for a caller who sees some realms or ``sees_all``."""

    def __init__(self, walk: Walk, dialect: str, *, sees_all: bool) -> None:
        self._walk = walk
        self._dialect = dialect
        self._keys = [column.field.key(dialect) for column in walk.order]
        asks = [*walk.way.asks, *_texts(walk.asking, "a", dialect)]
        if not sees_all:
            asks.append(_IS_VISIBLE[dialect])
        self._asks = " AND ".join(asks)
        self._asked = _arguments(walk.asking, "a", dialect)

    def statement(
        self, stretch: Stretch, rows: int, *, lean: bool = False
    ) -> tuple[Hot, dict[str, Any]]:
        """The statement that reads ``rows`` of a stretch, and its arguments.

        A ``lean`` one tells what passes, without data. The caller adds the arguments ``space``,
        ``collection`` and ``realms``.
        """
        holds = [self._walk.way.holds, *_texts(stretch.conditions, "h", self._dialect)]
        text = (
            f"SELECT {self._selected(lean)} FROM records{self._hint()} WHERE {' AND '.join(holds)}"  # noqa: S608 - no values in it
            f"{self._ordered(stretch.depth)} LIMIT {rows}"
        )
        return _hot(text), self._asked | _arguments(stretch.conditions, "h", self._dialect)

    def keys_of(self, row: Row) -> Sequence[Key]:
        """The keys of a row, for the columns of the walk's order."""
        unique = row[COLUMNS.index(self._walk.order[-1].field.path)]
        return (*row[KEYS:], unique)

    def _ordered(self, depth: int) -> str:
        """Only by what is not fixed: SQLite would sort where a fixed column is named."""
        columns = [column.sql(self._dialect) for column in self._walk.order[depth:]]
        return f" ORDER BY {', '.join(columns)}" if columns else ""

    def _selected(self, lean: bool) -> str:
        what = "1" if lean else "data"
        guarded = f"CASE WHEN {self._asks} THEN {what} END" if self._asks else what
        columns = _LEAN_COLUMNS if lean else _FULL_COLUMNS
        return columns + ", ".join([guarded, *self._keys[:-1]])

    def _hint(self) -> str:
        index = self._walk.way.index
        return f' INDEXED BY "{index}"' if index and self._dialect == "sqlite" else ""


def _texts(conditions: Sequence[Condition], letter: str, dialect: str) -> list[str]:
    return [each.sql(dialect, f"{letter}{n}") for n, each in enumerate(conditions)]


def _arguments(conditions: Sequence[Condition], letter: str, dialect: str) -> dict[str, Any]:
    return {f"{letter}{n}": each.argument(dialect) for n, each in enumerate(conditions)}


@lru_cache(maxsize=1_000)
def _hot(text: str) -> Hot:
    return Hot(text)

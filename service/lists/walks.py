"""Walks: how a list goes through the records, along one index and in its order.

A walk is a part of one index: the ids of a collection, the seqs of a space, or a declared index.
Its leading columns are fixed by filters with ``eq``, the column behind them may be narrowed, and
what remains of the columns is the order of the list. So a page costs the same wherever it begins.
Filters that have no part in that are asked of each record on the way; how far one page may go is
limited.

Which walk serves a list follows from its filters and its sort alone: see ``docs/lists.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from service.lists.fields import ID, SEQ, Column
from service.lists.filters import Condition
from service.lists.indexes import RealIndex
from service.lists.kinds import Key
from service.lists.narrowing import EVERYTHING, Narrowing, narrowed
from service.lists.sorts import Sort


@dataclass(frozen=True, slots=True)
class Way:
    """Something that can be walked: what it holds, and what has to be asked of each record on it.

    ``index`` is what SQLite is told to use: nobody chooses between ways but this module.
    """

    name: str
    columns: tuple[Column, ...]
    holds: str
    asks: tuple[str, ...] = ()
    index: str | None = None


BY_ID: Final = Way(
    "id", (Column(ID),), "space = :space AND collection = :collection", ("NOT deleted",)
)
BY_SEQ: Final = Way(
    "seq", (Column(SEQ),), "space = :space", ("collection = :collection", "NOT deleted")
)


def way_of(index: RealIndex) -> Way:
    """The way along a declared index."""
    return Way(index.name, index.columns, index.covers, index=index.name)


class Stretch(NamedTuple):
    """A range of an index: ``conditions`` fix ``depth`` columns of the order and bound the next."""

    conditions: tuple[Condition, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A way; what is fixed on it; what the first column of ``order`` is narrowed to; what is asked.

    The last column of ``order`` is unique.
    """

    way: Way
    order: tuple[Column, ...]
    fixed: tuple[Condition, ...] = ()
    narrowing: Narrowing = EVERYTHING
    asking: tuple[Condition, ...] = ()

    def stretches(self) -> list[Stretch]:
        """The whole walk, in order."""
        return self._first_column(self.narrowing)

    def stretches_behind(self, keys: Sequence[Key]) -> list[Stretch]:
        """What lies behind the record with these ``keys``, in order.

        With the order ``a, id`` there are first the records with the same ``a`` and an ``id``
        beyond, then those with an ``a`` beyond.
        """
        inner = [self._same_until(n, keys) for n in reversed(range(1, len(self.order)))]
        first = self.order[0]
        return inner + self._first_column(
            self.narrowing.beyond(keys[0], descending=first.descending)
        )

    def _first_column(self, narrowing: Narrowing) -> list[Stretch]:
        column = self.order[0]
        if narrowing.keys is None:
            return [Stretch((*self.fixed, *narrowing.range_of(column.field)), 0)]
        keys = narrowing.keys_within(descending=column.descending)
        return [Stretch((*self.fixed, Condition(column.field, "eq", key)), 1) for key in keys]

    def _same_until(self, depth: int, keys: Sequence[Key]) -> Stretch:
        pairs = zip(self.order[:depth], keys, strict=False)
        same = [Condition(column.field, "eq", key) for column, key in pairs]
        column = self.order[depth]
        beyond = Condition(column.field, "lt" if column.descending else "gt", keys[depth])
        return Stretch((*self.fixed, *same, beyond), depth)


def best_walk(
    ways: Sequence[Way], conditions: Sequence[Condition], sorts: Sequence[Sort]
) -> Walk | None:
    """The walk that asks least on its way; then the one whose order says least beyond ``sorts``."""
    walks = [walk for way in ways if (walk := _walk(way, conditions, sorts))]
    return min(walks, key=_cost, default=None)


def _cost(walk: Walk) -> tuple[int, bool, int, bool, str]:
    way = walk.way
    is_wide = walk.narrowing.is_everything
    return -len(walk.fixed), is_wide, len(walk.order), way.index is not None, way.name


def _walk(way: Way, conditions: Sequence[Condition], sorts: Sequence[Sort]) -> Walk | None:
    paths_fixed = {each.field.path for each in conditions if each.fixes}
    leading = tuple(takewhile(lambda column: column.field.path in paths_fixed, way.columns[:-1]))
    sorts_left = [sort for sort in sorts if sort.path not in paths_fixed]
    order = _order(way.columns[len(leading) :], sorts_left)
    if order is None:
        return None
    leading_fields = [column.field for column in leading]
    fixed = [each for each in conditions if each.fixes and each.field in leading_fields]
    narrowing = [each for each in conditions if each.narrows and each.field == order[0].field]
    asking = [each for each in conditions if each not in fixed and each not in narrowing]
    return Walk(way, order, tuple(fixed), narrowed(narrowing), tuple(asking))


def _order(columns: Sequence[Column], sorts: Sequence[Sort]) -> tuple[Column, ...] | None:
    """``columns``, or all of them turned around, if that begins as ``sorts`` does."""
    if [column.field.path for column in columns[: len(sorts)]] != [sort.path for sort in sorts]:
        return None
    pairs = zip(sorts, columns, strict=False)
    turns = {sort.descending != column.descending for sort, column in pairs}
    if len(turns) > 1:
        return None
    around = turns.pop() if turns else len(columns) == 1 and columns[0].descending
    return tuple(column.turned(around) for column in columns)

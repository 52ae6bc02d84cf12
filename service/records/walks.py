"""Walks: how a list goes through the records, one index after the order of that index.

A walk is a part of one index: the ids of a collection, the seqs of a space, or a declared index. Its
leading columns are fixed by filters with ``eq``, the column behind them may be narrowed to a range,
and what remains of the columns is the order of the list. So a page costs the same wherever it begins.
Filters that have no part in that are asked of each record on the way; how far one page may go is
limited.

Which walk serves a list follows from its filters and its sort alone: see ``docs/lists.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from service.records.fields import ID, SEQ, Column
from service.records.filters import Condition
from service.records.indexes import RealIndex
from service.records.kinds import Key
from service.records.sorts import Sort


@dataclass(frozen=True, slots=True)
class Way:
    """Something that can be walked: what it holds, and what has to be asked of each record on it.

    ``index`` is what SQLite is told to use; nobody chooses between ways but this module.
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


@dataclass(frozen=True, slots=True)
class Walk:
    """A way, what holds on all of it, what is asked on the way, and the order of the list.

    The last column of the order is unique.
    """

    way: Way
    holding: tuple[Condition, ...]
    asking: tuple[Condition, ...]
    order: tuple[Column, ...]

    def stretches(self, after: Sequence[Key] | None) -> list[int | None]:
        """What lies behind the record with the keys ``after``, in order; None is the whole walk.

        A stretch is how many columns are as in that record; the next one is beyond. With the order
        ``a, id`` that is first the records with the same ``a`` and an ``id`` beyond, then those with
        an ``a`` beyond. Each is one range of the index, on either database.
        """
        return [None] if after is None else list(reversed(range(len(self.order))))


def best_walk(
    ways: Sequence[Way], conditions: Sequence[Condition], sorts: Sequence[Sort]
) -> Walk | None:
    """The walk that answers most filters by itself; then that whose order has least beyond ``sorts``."""
    found = [walk for way in ways if (walk := _walk(way, conditions, sorts))]
    return min(found, key=_cost, default=None)


def _cost(walk: Walk) -> tuple[int, int, int, int, str]:
    fixed = len(walk.way.columns) - len(walk.order)
    is_declared = walk.way.index is not None
    return -fixed, -len(walk.holding), len(walk.order), is_declared, walk.way.name


def _walk(way: Way, conditions: Sequence[Condition], sorts: Sequence[Sort]) -> Walk | None:
    fixed_paths = {each.field.path for each in conditions if each.fixes}
    *leading, _unique = way.columns
    fixed = len(list(takewhile(lambda column: column.field.path in fixed_paths, leading)))
    order = _order(way.columns[fixed:], [sort for sort in sorts if sort.path not in fixed_paths])
    if order is None:
        return None
    leading_paths = {column.field.path for column in way.columns[:fixed]}
    holding = tuple(each for each in conditions if _holds(each, leading_paths, order[0]))
    asking = tuple(each for each in conditions if each not in holding)
    return Walk(way, holding, asking, order)


def _holds(condition: Condition, fixed_paths: set[str], first: Column) -> bool:
    path = condition.field.path
    return (condition.fixes and path in fixed_paths) or (
        condition.narrows and path == first.field.path
    )


def _order(columns: Sequence[Column], sorts: Sequence[Sort]) -> tuple[Column, ...] | None:
    """``columns``, or all of them turned around, if that begins as ``sorts`` does."""
    paths = [column.field.path for column in columns[: len(sorts)]]
    if paths != [sort.path for sort in sorts]:
        return None
    turns = {
        sort.descending != column.descending for sort, column in zip(sorts, columns, strict=False)
    }
    if len(turns) > 1:
        return None
    around = turns.pop() if turns else len(columns) == 1 and columns[0].descending
    return tuple(column.turned(around) for column in columns)

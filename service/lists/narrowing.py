"""What one column of a walk is narrowed to: a range with at most two ends, or some keys.

All that is said of the column is brought together here and not left to the database. SQLite begins
a range at any one of the bounds that it is given, and passes over what the others exclude, record
by record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from service.lists.fields import Field
from service.lists.filters import Condition
from service.lists.kinds import Key

Bound = tuple[Any, bool]
"""A key, and whether the range holds it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A range; or, unless it is None, those of ``keys`` that are in the range."""

    lower: Bound | None = None
    upper: Bound | None = None
    keys: frozenset[Any] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it narrows nothing."""
        return self == EVERYTHING

    def with_condition(self, condition: Condition) -> "Narrowing":
        """This, and ``condition`` too, which has to be one that ``narrows``."""
        key, operator = condition.key, condition.operator
        if isinstance(key, tuple) or operator == "eq":
            keys = frozenset(key if isinstance(key, tuple) else (key,))
            return replace(self, keys=keys if self.keys is None else keys & self.keys)
        bound = (key, operator in ("gte", "lte"))
        return self._above(bound) if operator in ("gt", "gte") else self._below(bound)

    def beyond(self, key: Key, *, descending: bool) -> "Narrowing":
        """What of this lies behind ``key``."""
        bound = (key, False)
        return self._below(bound) if descending else self._above(bound)

    def range_of(self, field: Field) -> list[Condition]:
        """The bounds, as conditions on ``field``."""
        lower, upper = self.lower, self.upper
        above = [Condition(field, "gte" if lower[1] else "gt", lower[0])] if lower else []
        below = [Condition(field, "lte" if upper[1] else "lt", upper[0])] if upper else []
        return above + below

    def keys_within(self, *, descending: bool) -> list[Key]:
        """The keys that are in the range, in order."""
        return sorted(filter(self._spans, self.keys or ()), reverse=descending)

    def _above(self, bound: Bound) -> "Narrowing":
        bounds = [each for each in (self.lower, bound) if each]
        return replace(self, lower=max(bounds, key=lambda each: (each[0], not each[1])))

    def _below(self, bound: Bound) -> "Narrowing":
        return replace(self, upper=min(each for each in (self.upper, bound) if each))

    def _spans(self, key: Any) -> bool:
        lower, upper = self.lower, self.upper
        above = lower is None or key > lower[0] or (lower[1] and key == lower[0])
        below = upper is None or key < upper[0] or (upper[1] and key == upper[0])
        return above and below


EVERYTHING = Narrowing()


def narrowed(conditions: Iterable[Condition]) -> Narrowing:
    """What all of ``conditions`` together leave."""
    return reduce(Narrowing.with_condition, conditions, EVERYTHING)

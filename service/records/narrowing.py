"""What one column of a walk is narrowed to: a range with at most two ends, or some keys.

All that is said of the column is brought together here, and not left to the database. SQLite begins a
range at any one of the bounds that it is given, and passes over what the others exclude record by record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from service.records.fields import Field
from service.records.filters import Condition
from service.records.kinds import Key

Bound = tuple[Any, bool]
"""A key, and whether the range holds it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """``keys`` are the only ones there may be, in order; None where any may be."""

    lower: Bound | None = None
    upper: Bound | None = None
    keys: tuple[Any, ...] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it narrows nothing."""
        return self == EVERYTHING

    def beyond(self, key: Key, *, descending: bool) -> "Narrowing":
        """What of this lies behind ``key``."""
        bound = (key, False)
        return self._below(bound) if descending else self._above(bound)

    def conditions(self, field: Field) -> list[Condition]:
        """The least that has to be said of ``field``."""
        if self.keys is not None:
            return [Condition(field, "in", tuple(key for key in self.keys if self._spans(key)))]
        lower, upper = self.lower, self.upper
        above = [Condition(field, "gte" if lower[1] else "gt", lower[0])] if lower else []
        below = [Condition(field, "lte" if upper[1] else "lt", upper[0])] if upper else []
        return above + below

    def with_condition(self, condition: Condition) -> "Narrowing":
        """This, and ``condition`` too, which has to be one that ``narrows``."""
        key, operator = condition.key, condition.operator
        if isinstance(key, tuple) or operator == "eq":
            keys = key if isinstance(key, tuple) else (key,)
            return replace(self, keys=tuple(k for k in keys if self.keys is None or k in self.keys))
        bound = (key, operator in ("gte", "lte"))
        return self._above(bound) if operator in ("gt", "gte") else self._below(bound)

    def _above(self, bound: Bound) -> "Narrowing":
        bounds = [each for each in (self.lower, bound) if each]
        return replace(self, lower=max(bounds, key=lambda each: (each[0], not each[1])))

    def _below(self, bound: Bound) -> "Narrowing":
        bounds = [each for each in (self.upper, bound) if each]
        return replace(self, upper=min(bounds))

    def _spans(self, key: Any) -> bool:
        above = (
            self.lower is None or key > self.lower[0] or (self.lower[1] and key == self.lower[0])
        )
        below = (
            self.upper is None or key < self.upper[0] or (self.upper[1] and key == self.upper[0])
        )
        return above and below


EVERYTHING = Narrowing()


def narrowed(conditions: Iterable[Condition]) -> Narrowing:
    """What all of ``conditions`` together leave."""
    return reduce(Narrowing.with_condition, conditions, EVERYTHING)

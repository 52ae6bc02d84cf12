"""The few statistics that the bench needs."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of some values and the quartiles around it."""

    median: float
    lower: float
    upper: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0..1) of ``values`` do not exceed, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered), round(share * len(ordered))) - 1)]


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles of at least one value."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, lower, upper)


def paired_ratios(values: Sequence[float], bases: Sequence[float]) -> list[float]:
    """Each value over the base of the same round: what disturbs a round disturbs both."""
    return [value / base for value, base in zip(values, bases, strict=True)]

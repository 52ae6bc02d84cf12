"""A row of the bench: who is compared, and what is claimed of them.

A row's ``prepare`` starts every server that takes part, on fresh databases, and returns the
contenders. Members of the family are modules ``row_*.py``; ``rows`` lists them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.figures import Spread, paired_ratios, spread
from bench.sample import Contender, Sample
from bench.site import Site

Measure = Literal["rate", "p50_ms", "p99_ms"]
Samples = Mapping[str, Sequence[Sample]]
"""By the contender's name, one sample a round."""


@dataclass(frozen=True, slots=True)
class Claim:
    """``measure`` of ``of`` over ``base_measure`` of ``base``, and the ``target`` of that."""

    of: str
    base: str
    target: float
    measure: Measure = "rate"
    base_measure: Measure = "rate"
    is_floor: bool = True

    @property
    def text(self) -> str:
        """The claim in words."""
        if self.of == self.base:
            return f"{self.of}: {_WORD[self.measure]} / {_WORD[self.base_measure]}"
        measure = "" if self.measure == "rate" else f" ({_WORD[self.measure]})"
        return f"{self.of} / {self.base}{measure}"

    def ratios(self, samples: Samples) -> list[float]:
        """One ratio a round."""
        return paired_ratios(
            [getattr(sample, self.measure) for sample in samples[self.of]],
            [getattr(sample, self.base_measure) for sample in samples[self.base]],
        )

    def spread(self, samples: Samples) -> Spread:
        """The median of the paired ratios, and their quartiles."""
        return spread(self.ratios(samples))

    def holds(self, ratio: float) -> bool:
        """Whether ``ratio`` is on the right side."""
        return ratio >= self.target if self.is_floor else ratio <= self.target


_WORD: Mapping[Measure, str] = {"rate": "rate", "p50_ms": "p50", "p99_ms": "p99"}


def at_least(target: float, of: str, base: str) -> Claim:
    """``of`` does at least ``target`` times as much in a second as ``base``."""
    return Claim(of, base, target)


def at_most(target: float, of: str, base: str, measure: Measure) -> Claim:
    """``of`` takes at most ``target`` times as long as ``base``."""
    return Claim(of, base, target, measure, measure, is_floor=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``name`` is as on the command line."""

    name: str
    title: str
    claims: Sequence[Claim]
    prepare: Callable[[Site], Sequence[Contender]]

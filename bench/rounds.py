"""Running a row: every contender once a round, in an order that turns: none is always first."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.row import Row, Samples
from bench.sample import Contender, Sample
from bench.site import Site

T = TypeVar("T")

WARM_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Budget:
    """How many rounds, and how long each contender's slice of one is."""

    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row. ``problems``: requests that failed, work that was not done right."""

    row: Row
    samples: Samples
    problems: Sequence[str]


def run(row: Row, budget: Budget) -> Outcome:
    """Start everybody who takes part, load them in turn, check their work."""
    with Site() as site:
        contenders = row.prepare(site)
        for contender in contenders:
            contender.run(min(WARM_UP_SECONDS, budget.seconds))
        samples = interleaved(contenders, budget)
        problems = [problem for check in site.checks for problem in check()]
    return Outcome(row, samples, [*failures(row, samples), *problems])


def interleaved(contenders: Sequence[Contender], budget: Budget) -> dict[str, list[Sample]]:
    """One sample of each contender a round."""
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for n in range(budget.rounds):
        for contender in rotated(contenders, n):
            gc.collect()
            samples[contender.name].append(contender.run(budget.seconds))
    return samples


def rotated(items: Sequence[T], n: int) -> list[T]:
    """``items`` beginning with the ``n``-th, the others behind it as they came."""
    start = n % len(items)
    return [*items[start:], *items[:start]]


def failures(row: Row, samples: Samples) -> list[str]:
    """A sentence for each contender that something is claimed of and that failed requests.

    Those it is compared with may fail; the table says how often.
    """
    names = sorted({claim.of for claim in row.claims})
    counts = {name: sum(sample.failures for sample in samples[name]) for name in names}
    return [f"{name}: {count} requests failed" for name, count in counts.items() if count]

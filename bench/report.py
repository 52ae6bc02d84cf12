"""What is printed, and what is written as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.row import Claim, Samples
from bench.rounds import Outcome

SAMPLE_HEAD = (
    f"  {'':34} {'per s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU µs':>8} {'DB µs':>8} {'MiB':>5} {'load':>5} {'failed':>6}"
)
CLAIM_HEAD = f"  {'ratio, median of the rounds':52} {'target':>7} {'measured':>9} {'quartiles':>14}"


def table(outcome: Outcome) -> str:
    """A row as text: who took part, what was claimed, what went wrong."""
    row = outcome.row
    return "\n".join(
        [
            f"{row.name}  {row.title}",
            SAMPLE_HEAD,
            *(_sample_line(name, outcome.samples) for name in outcome.samples),
            CLAIM_HEAD,
            *(_claim_line(claim, outcome.samples) for claim in row.claims),
            *(f"  WRONG: {problem}" for problem in outcome.problems),
            "",
        ]
    )


def as_json(outcome: Outcome) -> dict[str, Any]:
    """A row with every figure that was taken."""
    return {
        "name": outcome.row.name,
        "title": outcome.row.title,
        "claims": [_claim(claim, outcome.samples) for claim in outcome.row.claims],
        "samples": {
            name: [asdict(sample) for sample in outcome.samples[name]] for name in outcome.samples
        },
        "problems": list(outcome.problems),
    }


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many claims held, and which did not."""
    missed = list(_missed(outcomes))
    count = sum(len(outcome.row.claims) for outcome in outcomes)
    lines = [f"{count - len(missed)} of {count} targets reached"]
    return "\n".join([*lines, *(f"  missed: {line}" for line in missed)])


def machine_line(machine: dict[str, str | float]) -> str:
    """The machine in a line."""
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def _missed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        for claim in outcome.row.claims:
            ratio = claim.spread(outcome.samples).median
            if not claim.holds(ratio):
                yield f"{outcome.row.name} {claim.text}: {ratio:.2f}, not {_target(claim)}"


def _sample_line(name: str, samples: Samples) -> str:
    def middle(measure: str) -> float:
        return median(getattr(sample, measure) for sample in samples[name])

    return (
        f"  {name:34} {middle('rate'):10,.0f} {middle('p50_ms'):8.2f} {middle('p99_ms'):8.2f}"
        f" {middle('cpu_us'):8.0f} {middle('database_cpu_us'):8.0f} {middle('peak_mib'):5.0f}"
        f" {middle('load_average'):5.1f} {sum(sample.failures for sample in samples[name]):6}"
    )


def _claim_line(claim: Claim, samples: Samples) -> str:
    ratio, lower, upper = claim.spread(samples)
    verdict = "pass" if claim.holds(ratio) else "MISS"
    quartiles = f"{lower:.2f}–{upper:.2f}"
    return f"  {claim.text:52} {_target(claim):>7} {ratio:9.2f} {quartiles:>14}  {verdict}"


def _claim(claim: Claim, samples: Samples) -> dict[str, Any]:
    ratio = claim.spread(samples)
    return {
        "claim": claim.text,
        "target": _target(claim),
        **ratio._asdict(),
        "ratios": claim.ratios(samples),
        "holds": claim.holds(ratio.median),
    }


def _target(claim: Claim) -> str:
    return f"{'≥' if claim.is_floor else '≤'} {claim.target:.2f}"

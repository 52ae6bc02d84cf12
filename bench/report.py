"""What is printed, and what is written as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.rounds import Outcome
from bench.row import Claim, Samples
from bench.sample import Sample

SAMPLE_COLUMNS = "{:34} {:>10} {:>8} {:>8} {:>8} {:>8} {:>5} {:>5} {:>6}"
SAMPLE_HEAD = "  " + SAMPLE_COLUMNS.format(
    "",
    "per s",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "DB µs",
    "MiB",
    "load",
    "failed",
)
CLAIM_HEAD = f"  {'ratio, median of the rounds':60} {'target':>7} {'measured':>9} {'quartiles':>15}"


def table(outcome: Outcome) -> str:
    """A row as text: who took part, what was claimed, what went wrong."""
    row = outcome.row
    return "\n".join(
        [
            f"{row.name}  {row.title}",
            SAMPLE_HEAD,
            *(_sample_line(name, outcome.samples[name]) for name in outcome.samples),
            CLAIM_HEAD,
            *(_claim_line(claim, outcome.samples) for claim in row.claims),
            *(f"  WRONG: {problem}" for problem in outcome.problems),
            "",
        ],
    )


def document(machine: Mapping[str, str | float], outcomes: Sequence[Outcome]) -> str:
    """The whole run as JSON text."""
    rows = [as_json(outcome) for outcome in outcomes]
    return json.dumps({"machine": machine, "rows": rows}, indent=1, ensure_ascii=False)


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


def machine_line(machine: Mapping[str, str | float]) -> str:
    """The machine in a line."""
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def _missed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        for claim in outcome.row.claims:
            ratio = claim.spread(outcome.samples).median
            if not claim.holds(ratio):
                yield f"{outcome.row.name} {claim.text}: {ratio:.2f}, not {_target(claim)}"


def _sample_line(name: str, samples: Sequence[Sample]) -> str:
    return "  " + SAMPLE_COLUMNS.format(
        name,
        f"{median(sample.rate for sample in samples):,.0f}",
        f"{median(sample.p50_ms for sample in samples):.2f}",
        f"{median(sample.p99_ms for sample in samples):.2f}",
        f"{median(sample.cpu_us for sample in samples):.0f}",
        f"{median(sample.database_cpu_us for sample in samples):.0f}",
        f"{max(sample.peak_mib for sample in samples):.0f}",
        f"{median(sample.load_average for sample in samples):.1f}",
        sum(sample.failures for sample in samples),
    )


def _claim_line(claim: Claim, samples: Samples) -> str:
    ratio, lower, upper = claim.spread(samples)
    verdict = "pass" if claim.holds(ratio) else "MISS"
    quartiles = f"{lower:.2f} - {upper:.2f}"
    return f"  {claim.text:60} {_target(claim):>7} {ratio:9.2f} {quartiles:>15}  {verdict}"


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

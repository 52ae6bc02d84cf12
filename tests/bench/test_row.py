import pytest

from bench.row import Claim, at_least, at_most
from tests.bench.samples import sample

SAMPLES = {
    "ours": [sample(rate=60, p99_ms=8), sample(rate=30, p99_ms=16), sample(rate=66, p99_ms=9)],
    "hello": [sample(rate=100, p99_ms=4), sample(rate=50, p99_ms=8), sample(rate=100, p99_ms=3)],
}


def test_a_claim_is_judged_by_the_median_of_the_rounds() -> None:
    claim = at_least(0.6, "ours", "hello")
    assert claim.ratios(SAMPLES) == [0.6, 0.6, 0.66]
    assert claim.spread(SAMPLES).median == 0.6


def test_a_latency_is_compared_with_the_same_latency() -> None:
    assert at_most(2.0, "ours", "hello", "p99_ms").ratios(SAMPLES) == [2.0, 2.0, 3.0]


def test_a_contender_can_be_held_against_itself() -> None:
    tail = Claim("ours", "ours", 6.0, "p99_ms", "p50_ms", is_floor=False)
    assert tail.ratios(SAMPLES) == [8.0, 16.0, 9.0]
    assert tail.text == "ours: p99 / p50"


@pytest.mark.parametrize(("ratio", "holds"), [(0.59, False), (0.60, True), (0.61, True)])
def test_a_floor_holds_from_its_target_up(ratio: float, holds: bool) -> None:
    assert at_least(0.6, "ours", "hello").holds(ratio) is holds


@pytest.mark.parametrize(("ratio", "holds"), [(1.49, True), (1.50, True), (1.51, False)])
def test_a_ceiling_holds_from_its_target_down(ratio: float, holds: bool) -> None:
    assert at_most(1.5, "ours", "hello", "p50_ms").holds(ratio) is holds

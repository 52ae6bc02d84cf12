from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.rounds import Budget, failures, interleaved, rotated
from bench.row import Row, at_least
from bench.sample import Contender, Sample
from bench.site import Site
from tests.bench.samples import sample


@dataclass
class Runner:
    """A contender that notes when its turn is."""

    name: str
    turns: list[str] = field(default_factory=list)

    def run(self, seconds: float) -> Sample:
        self.turns.append(f"{self.name} for {seconds} s")
        return sample()


def nobody(_site: Site) -> Sequence[Contender]:
    return []


def test_the_order_turns_by_one_and_comes_round() -> None:
    assert [rotated("abc", n) for n in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


def test_everybody_runs_once_a_round_and_none_is_always_first() -> None:
    turns: list[str] = []
    interleaved([Runner("a", turns), Runner("b", turns)], Budget(rounds=2, seconds=0.5))
    assert turns == ["a for 0.5 s", "b for 0.5 s", "b for 0.5 s", "a for 0.5 s"]


def test_there_is_a_sample_a_round_of_each() -> None:
    samples = interleaved([Runner("a"), Runner("b")], Budget(rounds=3, seconds=1))
    assert {name: len(taken) for name, taken in samples.items()} == {"a": 3, "b": 3}


def test_failed_requests_count_against_those_that_something_is_claimed_of() -> None:
    row = Row("X", "", [at_least(1, "ours", "theirs")], nobody)
    samples = {"ours": [sample(failures=2), sample(failures=1)], "theirs": [sample(failures=9)]}
    assert failures(row, samples) == ["ours: 3 requests failed"]

import pytest

from bench.figures import Spread, paired_ratios, percentile, spread


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.5) == 20.0


def test_the_ninety_ninth_percentile_of_a_hundred_leaves_one_above() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, 1.0])
def test_a_single_value_is_every_percentile(share: float) -> None:
    assert percentile([7.0], share) == 7.0


def test_a_spread_is_the_median_between_its_quartiles() -> None:
    assert spread([5.0, 1.0, 4.0, 2.0, 3.0]) == Spread(median=3.0, lower=2.0, upper=4.0)


def test_one_round_has_no_spread() -> None:
    assert spread([2.5]) == Spread(2.5, 2.5, 2.5)


def test_ratios_are_taken_within_a_round() -> None:
    """A round in which everything was half as fast says the same as the others."""
    assert paired_ratios([60.0, 30.0], [100.0, 50.0]) == [0.6, 0.6]


def test_what_was_not_measured_as_often_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratios([1.0, 2.0], [1.0])

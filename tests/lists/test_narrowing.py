import operator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.lists.fields import Field
from service.lists.filters import Condition
from service.lists.kinds import NUMBER
from service.lists.narrowing import EVERYTHING, Narrowing, narrowed

N = Field("n", NUMBER)
KEYS = range(-1, 8)

keys = st.integers(0, 6)
bounds = st.builds(Condition, st.just(N), st.sampled_from(["gt", "gte", "lt", "lte", "eq"]), keys)
among = st.builds(Condition, st.just(N), st.just("in"), st.lists(keys, max_size=4).map(tuple))
COMPARE = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
conditions = st.lists(bounds | among, max_size=5)


def passes(condition: Condition, key: int) -> bool:
    if isinstance(condition.key, tuple):
        return key in condition.key
    return bool(COMPARE[condition.operator](key, condition.key))


def kept(narrowing: Narrowing) -> list[int]:
    if narrowing.keys is not None:
        return [int(key) for key in narrowing.keys_within(descending=False)]
    ranges = narrowing.range_of(N)
    return [key for key in KEYS if all(passes(each, key) for each in ranges)]


@given(said=conditions)
def test_what_is_left_is_what_passes_everything_that_was_said(said: list[Condition]) -> None:
    assert kept(narrowed(said)) == [k for k in KEYS if all(passes(each, k) for each in said)]


@given(said=conditions, key=keys)
def test_beyond_a_key_is_what_is_left_behind_it(said: list[Condition], key: int) -> None:
    narrowing = narrowed(said)
    assert kept(narrowing.beyond(key, descending=False)) == [k for k in kept(narrowing) if k > key]
    assert kept(narrowing.beyond(key, descending=True)) == [k for k in kept(narrowing) if k < key]


@given(said=conditions)
def test_a_range_has_two_ends_at_the_most(said: list[Condition]) -> None:
    operators = [each.operator[:2] for each in narrowed(said).range_of(N)]
    assert operators in ([], ["gt"], ["lt"], ["gt", "lt"])


@given(said=conditions)
def test_keys_come_in_the_order_of_the_walk(said: list[Condition]) -> None:
    descending = narrowed(said).keys_within(descending=True)
    assert all(before > after for before, after in pairwise(descending))  # type: ignore[operator]


def test_where_nothing_was_said_nothing_is_narrowed() -> None:
    assert narrowed([]).is_everything
    assert EVERYTHING.range_of(N) == []
    assert not narrowed([Condition(N, "in", ())]).is_everything

"""Timestamps are text of one width that sorts by time."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from service.core import clock

moments = st.integers(0, 4_102_444_800_000)  # to the year 2100


def test_a_timestamp_is_rfc_3339_in_utc_with_milliseconds() -> None:
    assert clock.timestamp(1_795_355_870_123) == clock.EXAMPLE


@given(moments)
def test_a_timestamp_is_the_moment_it_was_made_of(ms: int) -> None:
    assert round(datetime.fromisoformat(clock.timestamp(ms)).timestamp() * 1000) == ms


@given(moments, moments)
def test_timestamps_sort_by_time(one: int, other: int) -> None:
    assert (clock.timestamp(one) < clock.timestamp(other)) == (one < other)

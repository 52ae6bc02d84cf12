"""Names sort by the time they were made, and clients may put them into a URL."""

import re
import uuid
from collections.abc import Callable
from functools import partial

import pytest

from service.core import clock, ids
from service.core.names import RECORD_ID


@pytest.mark.parametrize("make", [partial(ids.new_id, "job"), ids.new_record_id])
def test_ids_sort_by_the_time_they_were_made(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], str]
) -> None:
    times = iter([1, 31, 32, 1_800_000_000_000, 2**48 - 1])
    monkeypatch.setattr(clock, "now_ms", lambda: next(times))
    made = [make() for _ in range(5)]
    assert made == sorted(made)


def test_an_id_has_one_width_and_no_letter_that_looks_like_a_digit() -> None:
    assert re.fullmatch("job_[0-9a-hjkmnp-tv-z]{26}", ids.new_id("job"))
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{10}", ids.new_epoch())


def test_a_record_id_is_a_uuid_of_version_7() -> None:
    made = ids.new_record_id()
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (7, uuid.RFC_4122)
    assert re.match(RECORD_ID, made)

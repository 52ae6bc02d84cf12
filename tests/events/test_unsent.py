"""What waits to be sent: one value a topic, a limit, and a bell."""

import select
from collections.abc import Iterator
from contextlib import closing

import pytest

from service.events.unsent import BATCH_TOPICS_MAX, UNSENT_TOPICS_MAX, Bell, Unsent


def test_of_one_topic_the_latest_value_is_kept() -> None:
    unsent = Unsent()
    unsent.put("space:a", "1")
    unsent.put("space:a", "2")
    assert unsent.take() == {"space:a": "2"}


def test_only_the_first_needs_a_bell() -> None:
    unsent = Unsent()
    assert [unsent.put("space:a", "1"), unsent.put("space:b", "1")] == [True, False]
    unsent.take()
    assert unsent.put("space:a", "2")


def test_what_was_taken_is_gone() -> None:
    unsent = filled(1)
    unsent.take()
    assert unsent.take() == {}


def test_a_batch_is_limited_and_the_rest_stays() -> None:
    unsent = filled(BATCH_TOPICS_MAX + 1)
    assert len(unsent.take()) == BATCH_TOPICS_MAX
    assert len(unsent.take()) == 1


def test_beyond_the_limit_the_oldest_is_lost() -> None:
    unsent = filled(UNSENT_TOPICS_MAX + 1)
    assert next(iter(unsent.take())) == "space:1"
    assert size(unsent) == UNSENT_TOPICS_MAX - BATCH_TOPICS_MAX


def test_what_is_put_back_comes_first_and_gives_way_to_newer_values() -> None:
    unsent = Unsent()
    unsent.put("space:b", "1")
    unsent.put("space:a", "2")
    unsent.put_back({"space:c": "1", "space:a": "1"})
    assert list(unsent.take().items()) == [("space:c", "1"), ("space:a", "2"), ("space:b", "1")]


def test_putting_back_keeps_to_the_limit() -> None:
    unsent = filled(UNSENT_TOPICS_MAX)
    unsent.put_back({"jobs": ""})
    assert size(unsent) == UNSENT_TOPICS_MAX


@pytest.fixture
def bell() -> Iterator[Bell]:
    with closing(Bell()) as bell:
        yield bell


def test_a_bell_rings_until_it_is_silenced(bell: Bell) -> None:
    assert not rings(bell)
    bell.ring()
    bell.ring()
    assert rings(bell)
    bell.silence()
    assert not rings(bell)


def test_silence_can_be_silenced(bell: Bell) -> None:
    bell.silence()
    assert not rings(bell)


def test_a_closed_bell_can_be_rung() -> None:
    bell = Bell()
    bell.close()
    bell.ring()


def filled(topics: int) -> Unsent:
    unsent = Unsent()
    for number in range(topics):
        unsent.put(f"space:{number}", "")
    return unsent


def size(unsent: Unsent) -> int:
    return sum(len(batch) for batch in iter(unsent.take, {}))


def rings(bell: Bell) -> bool:
    return select.select([bell], [], [], 0)[0] != []

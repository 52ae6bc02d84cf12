"""Group commit."""

import threading
import time
from collections.abc import Sequence

import gevent
import pytest

from service.core.errors import Unavailable
from service.core.lane import GROUP_WEIGHT_MAX, WAITING_ITEMS_MAX, Lane


class Recorder:
    """A commit that takes a moment and remembers its groups."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.groups: list[list[int]] = []
        self._seconds = seconds

    def __call__(self, items: Sequence[int]) -> list[int | BaseException]:
        self.groups.append(list(items))
        time.sleep(self._seconds)
        return [ValueError(str(item)) if item < 0 else item * 2 for item in items]


def one(_item: int) -> int:
    """What an item weighs where that does not matter."""
    return 1


def in_threads(lane: Lane[int, int], items: Sequence[int]) -> dict[int, int]:
    answers: dict[int, int] = {}

    def submit(item: int) -> None:
        answers[item] = lane.submit(item)

    threads = [threading.Thread(target=submit, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_everybody_gets_the_answer_to_their_own_item() -> None:
    answers = in_threads(Lane(Recorder(), one), range(200))

    assert answers == {item: item * 2 for item in range(200)}


def test_items_that_wait_are_committed_together_in_order() -> None:
    commit = Recorder(0.05)
    in_threads(Lane(commit, one), range(50))

    assert len(commit.groups) < 10
    assert sorted(item for group in commit.groups for item in group) == list(range(50))


def test_an_exception_reaches_only_the_caller_it_belongs_to() -> None:
    lane: Lane[int, int] = Lane(Recorder(), one)

    with pytest.raises(ValueError, match="-1"):
        lane.submit(-1)
    assert lane.submit(1) == 2


def test_a_commit_that_fails_fails_for_its_group_and_the_lane_goes_on() -> None:
    failures = iter([RuntimeError("disk"), None])

    def commit(items: Sequence[int]) -> list[int | BaseException]:
        failure = next(failures)
        if failure:
            raise failure
        return list(items)

    lane: Lane[int, int] = Lane(commit, one)
    with pytest.raises(RuntimeError, match="disk"):
        lane.submit(1)
    assert lane.submit(2) == 2


def test_a_group_is_closed_when_it_is_heavy_enough() -> None:
    commit = Recorder(0.05)
    in_threads(Lane(commit, weigh=lambda _: GROUP_WEIGHT_MAX), range(5))

    assert commit.groups == [[item] for group in commit.groups for item in group]


def test_more_than_the_queue_holds_is_refused() -> None:
    lane: Lane[int, int] = Lane(Recorder(), one)
    lane._led = True
    lane._waiting = [None] * WAITING_ITEMS_MAX  # type: ignore[list-item]

    with pytest.raises(Unavailable):
        lane.submit(1)


def test_a_killed_caller_leaves_nobody_waiting() -> None:
    go = threading.Event()

    def commit(items: Sequence[int]) -> list[int | BaseException]:
        while not go.is_set():
            gevent.sleep(0.001)
        return list(items)

    lane: Lane[int, int] = Lane(commit, one)
    leader = gevent.spawn(lane.submit, 1)
    gevent.sleep(0)
    assert not leader.ready()
    go.set()
    assert leader.get(timeout=5) == 1
    assert lane.submit(3) == 3

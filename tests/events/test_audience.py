"""Subscriptions and listeners inside one process."""

import pytest

from service.events.audience import EVERYTHING, Audience, is_topic


@pytest.mark.parametrize("text", ["jobs", "keys", "space:spc_01J", "job:~!", "space:" + "x" * 194])
def test_a_topic_is_a_noun_with_or_without_an_id(text: str) -> None:
    assert is_topic(text)


@pytest.mark.parametrize("text", ["", "*", "Jobs", "space:", "a b", "jobs\n", "space:" + "x" * 195])
def test_anything_else_is_no_topic(text: str) -> None:
    assert not is_topic(text)


def test_waking_everybody_tells_no_topic_and_keeps_the_values() -> None:
    audience = Audience()
    heard: list[tuple[str, str]] = []
    with audience.subscribe("space:a") as one, audience.subscribe("jobs") as two:
        audience.publish("space:a", "7")
        audience.listen(lambda topic, value: heard.append((topic, value)))
        audience.wake_everybody()
        assert one.wait(0)
        assert two.wait(0)
        assert one.value == "7"
    assert heard == [(EVERYTHING, "")]


def test_nothing_is_kept_of_those_who_left() -> None:
    audience = Audience()
    with audience.subscribe("space:a"), audience.subscribe("space:a"):
        pass
    assert audience._subscriptions == {}


def test_two_waiters_on_one_topic_are_both_woken() -> None:
    audience = Audience()
    with audience.subscribe("space:a") as one, audience.subscribe("space:a") as two:
        audience.publish("space:a")
        assert one.wait(0)
        assert two.wait(0)

"""What the bus takes from Redis."""

from contextlib import closing

import pytest

from service.events.bus import Bus
from service.events.redis_wire import open_wire
from tests.events.places import running


@pytest.mark.parametrize("url", ["redis"], indirect=True)
def test_every_process_is_subscribed_to_the_one_channel(bus: Bus, url: str) -> None:
    before = subscribers(url)
    with running(url):
        assert subscribers(url) == before + 1


def subscribers(url: str) -> int:
    with closing(open_wire(url)) as wire:
        (answer,) = wire.call(("PUBSUB", "NUMSUB", "syncline:wake"))
    return int(answer[1])

"""A bus to test, at the address that the test's parameter ``url`` names."""

from collections.abc import Iterator

import pytest

from service.events.bus import Bus
from tests.events.places import place, running


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return place(request.param, request)


@pytest.fixture
def bus(url: str) -> Iterator[Bus]:
    with running(url) as bus:
        yield bus

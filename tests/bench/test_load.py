"""The load generator against a server that does nothing; what is tested is what it counts."""

import itertools
import sys
from collections.abc import Iterator

import pytest

from bench.client import Client
from bench.load import connected, drive
from bench.server import PORT, Server
from bench.site import Site


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    with Site() as site:
        yield site.start([sys.executable, "-m", "bench.echo", PORT], {})


def test_every_connection_is_answered_to_the_end(echo: Server) -> None:
    request = Client(echo.address).request("GET", "/")
    with connected(echo.address, 3) as channels:
        load = drive(channels, itertools.repeat(request), 0.05)
    assert set(load.statuses) == {200}
    assert len(load.latencies_ms) == load.statuses[200] >= len(channels)
    assert load.seconds >= 0.05


def test_other_answers_than_the_good_one_have_no_latency(echo: Server) -> None:
    request = Client(echo.address).request("GET", "/")
    with connected(echo.address, 2) as channels:
        load = drive(channels, itertools.repeat(request), 0.05, good=201)
    assert load.statuses[200] > 0
    assert load.latencies_ms == []

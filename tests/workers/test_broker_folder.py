"""The folder broker: what is put in comes out once, whole, in order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from tests.databases import settings_for
from workers.broker import make_celery


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    settings = settings_for(f"sqlite:///{tmp_path}/syncline.db", tmp_path)
    with make_celery(settings).connection_for_write() as opened:
        yield opened


@pytest.fixture
def channel(connection: Connection) -> Any:
    return connection.default_channel


def taken(channel: Any) -> list[Any]:
    """Everything that can be had."""
    found = []
    try:
        while True:
            found.append(channel._get("jobs"))
    except Empty:
        return found


def test_messages_come_in_the_order_they_were_put(channel: Any) -> None:
    messages = [{"n": n} for n in range(20)]
    for message in messages:
        channel._put("jobs", message)

    assert channel._size("jobs") == 20
    assert taken(channel) == messages
    assert channel._size("jobs") == 0


def test_queues_do_not_mix(channel: Any) -> None:
    channel._put("other.jobs", {"n": 1})
    channel._put("jobs", {"n": 2})

    assert taken(channel) == [{"n": 2}]


def test_many_readers_take_each_message_once(channel: Any) -> None:
    for n in range(200):
        channel._put("jobs", {"n": n})

    with ThreadPoolExecutor(4) as pool:
        found = [
            message["n"]
            for some in pool.map(lambda _: taken(channel), range(4))
            for message in some
        ]

    assert sorted(found) == list(range(200))


def test_nothing_is_left_behind(channel: Any, tmp_path: Path) -> None:
    channel._put("jobs", {"n": 1})
    taken(channel)

    assert list((tmp_path / "broker" / "messages").iterdir()) == []


def test_the_folder_is_private(channel: Any, tmp_path: Path) -> None:
    assert (tmp_path / "broker" / "messages").stat().st_mode & 0o077 == 0

"""The broker: what Celery is told, and what the dispatcher may expect of it."""

import time
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError

from scripts.servers_redis import free_port
from tests.databases import settings_for
from workers.broker import QUEUE, QUEUED_MESSAGES_MAX, Broker, make_celery


@pytest.fixture(params=["folder", "redis"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Broker:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    app = make_celery(settings_for(f"sqlite:///{tmp_path}/s.db", tmp_path, REDIS_URL=url))
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(QUEUE)  # type: ignore[attr-defined]
    return Broker(app)


def test_room_shrinks_with_every_message(broker: Broker) -> None:
    assert broker.room() == QUEUED_MESSAGES_MAX
    broker.publish("job_1")
    broker.publish("job_2")

    assert broker.room() == QUEUED_MESSAGES_MAX - 2


def test_a_dropped_connection_is_made_again(broker: Broker) -> None:
    broker.publish("job_1")
    broker.drop()
    broker.drop()

    assert broker.room() == QUEUED_MESSAGES_MAX - 1


def test_a_broker_that_is_down_says_so_soon(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    app = make_celery(settings_for(f"sqlite:///{tmp_path}/s.db", tmp_path, REDIS_URL=url))
    broker, begun = Broker(app), time.monotonic()

    with pytest.raises((OperationalError, OSError)):
        broker.room()
    with pytest.raises((OperationalError, OSError)):
        broker.publish("job_1")

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("given", "spelt"),
    [
        ("redis://host:6379/1", "redis://host:6379/1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("rediss://host:6379/1", "rediss://host:6379/1?ssl_cert_reqs=required"),
    ],
)
def test_every_address_of_a_redis_is_understood(tmp_path: Path, given: str, spelt: str) -> None:
    app = make_celery(settings_for(f"sqlite:///{tmp_path}/s.db", tmp_path, REDIS_URL=given))

    assert app.conf.broker_url == spelt
    assert app.connection_for_write().transport_cls in ("redis", "rediss", "redis+socket")


def test_nothing_but_json_is_read_and_nothing_is_kept(tmp_path: Path) -> None:
    conf = make_celery(settings_for(f"sqlite:///{tmp_path}/s.db", tmp_path)).conf

    assert conf.accept_content == ["json"]
    assert conf.result_backend is None
    assert not conf.task_acks_late

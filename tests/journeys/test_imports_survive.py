"""Imports of fifty thousand airports, by real workers to whom all sorts of things happen."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from scripts.servers_process import wait_until
from service.app import create_app
from service.auth.principal import Principal
from service.backbone import open_backbone
from tests.api import Api
from tests.databases import settings_for
from tests.imports import airports
from tests.journeys.processes import (
    ROWS,
    Site,
    children_of,
    has_ended,
    has_written,
    is_alive,
    kill,
    kill_all,
)
from workers.broker import FOLDER, make_celery
from workers.tasks import RUN_JOB

CHUNK_ROWS = 500
RECORDS = "SELECT count(*), count(DISTINCT id), sum(version) FROM records"
CHANGES = (
    "SELECT kind, op, count(*) FROM changes WHERE kind IN ('record', 'job')"
    " GROUP BY kind, op ORDER BY kind DESC"
)
EVERY_ROW_ONCE = [(ROWS, ROWS, ROWS)]
ONE_LINE_EACH_AND_ONE_FOR_THE_JOB = [("record", "create", ROWS), ("job", "succeeded", 1)]


@pytest.fixture(params=["folder", "redis"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """A Redis with nothing in it, or none."""
    if request.param == "folder":
        return ""
    url: str = request.getfixturevalue("redis_url")
    redis.from_url(url).flushall()
    return url


@pytest.fixture
def site(database_url: str, tmp_path: Path, broker_url: str) -> Iterator[Site]:
    """An installation of either database with either broker; nothing runs yet."""
    environment = {
        "LEASE_SECONDS": "5",
        "IMPORT_CHUNK_ROWS": str(CHUNK_ROWS),
        "REDIS_URL": broker_url,
    }
    backbone = open_backbone(settings_for(database_url, tmp_path, **environment))
    api = Api.bootstrapped(create_app(backbone))
    api.collection("airports", schema=airports.SCHEMA)
    opened = Site(backbone, Principal(api.user_id, "key_1", frozenset({"admin"}), "admin"))
    yield opened
    opened.stop()
    backbone.close()


def test_a_worker_that_is_killed_in_the_middle_leaves_every_row_once(site: Site) -> None:
    site.dispatcher()
    worker = site.worker()
    job_id = site.upload()
    seen = site.wait(job_id, has_written(5000))
    kill(worker)
    assert not site.job(job_id).ended

    site.worker()
    seen += site.wait(job_id, has_ended)

    assert (seen[-1].state, seen[-1].outcome, seen[-1].attempts) == ("succeeded", "complete", 2)
    assert site.rows(RECORDS) == EVERY_ROW_ONCE
    assert site.rows(CHANGES) == ONE_LINE_EACH_AND_ONE_FOR_THE_JOB
    assert all(one.done <= next_.done for one, next_ in pairwise(seen))
    assert all(one.version <= next_.version for one, next_ in pairwise(seen))


@pytest.mark.parametrize(
    ("database_url", "broker_url"),
    [("sqlite", "folder"), ("postgres", "redis")],
    indirect=True,
)
def test_a_worker_whose_children_are_killed_gets_others(site: Site) -> None:
    site.dispatcher()
    worker = site.worker()
    job_id = site.upload()
    site.wait(job_id, has_written(5000))
    kill_all(children_of(worker))

    ended = site.wait(job_id, has_ended)[-1]

    assert (ended.state, ended.attempts) == ("succeeded", 2)
    assert site.rows(RECORDS) == EVERY_ROW_ONCE


@pytest.mark.parametrize(("database_url", "broker_url"), [("sqlite", "folder")], indirect=True)
def test_children_do_not_outlive_a_worker_that_is_killed(site: Site) -> None:
    worker = site.worker()
    site.dispatcher()
    job_id = site.upload()
    site.wait(job_id, has_written(5000))
    children = children_of(worker)
    worker.kill()
    worker.wait()

    wait_until(lambda: not any(map(is_alive, children)), 15, "children outlive their worker")
    site.worker()

    assert site.wait(job_id, has_ended)[-1].state == "succeeded"
    assert site.rows(RECORDS) == EVERY_ROW_ONCE


@pytest.mark.parametrize("signalled", [os.kill, os.killpg], ids=["the main process", "everybody"])
@pytest.mark.parametrize(
    ("database_url", "broker_url"),
    [("sqlite", "folder"), ("postgres", "redis")],
    indirect=True,
)
def test_a_worker_that_is_told_to_stop_gives_its_job_to_another(
    site: Site, signalled: Callable[[int, int], None]
) -> None:
    site.dispatcher()
    worker = site.worker()
    job_id = site.upload()
    site.wait(job_id, has_written(5000))
    signalled(worker.pid, signal.SIGTERM)
    given_back = site.wait(job_id, lambda job: job.state != "running", seconds=5)[-1]
    assert (given_back.state, given_back.attempts) == ("queued", 0)
    assert 5000 <= given_back.done < ROWS
    assert worker.wait(20) == 0

    site.worker()
    ended = site.wait(job_id, has_ended)[-1]

    assert (ended.state, ended.attempts) == ("succeeded", 1)
    assert site.rows(RECORDS) == EVERY_ROW_ONCE


@pytest.mark.parametrize(
    ("database_url", "broker_url"),
    [("sqlite", "redis"), ("postgres", "folder")],
    indirect=True,
)
def test_a_cancellation_is_seen_within_a_second_and_leaves_whole_chunks(site: Site) -> None:
    site.dispatcher()
    site.worker()
    job_id = site.upload()
    site.wait(job_id, has_written(5000))
    begun = time.monotonic()
    site.backbone.jobs.cancel(site.principal, job_id)
    ended = site.wait(job_id, has_ended)[-1]

    assert time.monotonic() - begun < 1
    assert (ended.state, ended.outcome, ended.done % CHUNK_ROWS) == ("canceled", "partial", 0)
    assert site.rows(RECORDS) == [(ended.done, ended.done, ended.done)]


@pytest.mark.parametrize(
    ("database_url", "broker_url"),
    [("sqlite", "folder"), ("postgres", "redis")],
    indirect=True,
)
def test_ten_messages_about_a_job_make_one_run(site: Site) -> None:
    job_id = site.upload(airports.CSV)
    app = make_celery(site.backbone.settings)
    for _ in range(10):
        app.send_task(RUN_JOB, args=(job_id,))
    site.worker()
    site.worker()

    ended = site.wait(job_id, has_ended)[-1]

    assert (ended.state, ended.attempts, ended.token) == ("succeeded", 1, 2)
    assert site.rows(RECORDS) == [(airports.COUNT, airports.COUNT, airports.COUNT)]


@pytest.mark.parametrize(
    ("database_url", "broker_url"),
    [("sqlite", "folder"), ("postgres", "redis")],
    indirect=True,
)
def test_a_broker_that_forgets_everything_does_no_harm(site: Site, broker_url: str) -> None:
    job_id = site.upload(airports.CSV)
    site.dispatcher()
    site.wait(job_id, lambda job: job.dispatched_at_ms is not None)
    time.sleep(0.5)
    forget_everything(site, broker_url)
    site.worker()

    assert site.wait(job_id, has_ended)[-1].state == "succeeded"


def forget_everything(site: Site, broker_url: str) -> None:
    if broker_url:
        redis.from_url(broker_url).flushall()
    else:
        messages = site.backbone.settings.data_dir / FOLDER / "messages"
        shutil.rmtree(messages)
        messages.mkdir()

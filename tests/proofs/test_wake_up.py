"""A client that waits is woken by the bus, not by the look at the position once a second."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from statistics import median
from threading import Event
from typing import Any

import orjson
import pytest

from service.auth.principal import Principal
from service.backbone import open_backbone
from service.core.settings import load_settings
from tests.proofs.budget import budget
from tests.proofs.site import Caller, Site, put

ROUNDS = budget(5, 30)
WAIT_SECONDS = 20
# Nothing tells from outside that a request waits. If it does not yet, it finds the change at once.
SETTLE_SECONDS = 0.2
# A bus promises 50 ms at the most. Without one the first look would come 0.8 s after the write.
WOKEN_SECONDS_MAX = 0.5

Write = Callable[[str], None]
_numbers = count()


@contextmanager
def writing_here(site: Site, space: str) -> Iterator[Write]:
    """Through the process that the client waits at."""
    with site.caller(0) as caller:
        yield lambda id_: caller.push(space, "writer", [put(id_, {})]) and None


@contextmanager
def writing_elsewhere(site: Site, space: str) -> Iterator[Write]:
    """Through another process: the other web process, or this one, as a worker would."""
    if len(site.webs) > 1:
        with site.caller(1) as caller:
            yield lambda id_: caller.push(space, "writer", [put(id_, {})]) and None
        return
    backbone = open_backbone(load_settings(site.environment))
    principal = Principal(site.user_id, "worker", frozenset({"admin"}), "admin")
    space_id = space.rpartition("/")[2]

    def write(id_: str) -> None:
        body = orjson.dumps({"client_id": "worker", "mutations": [put(id_, {})]})
        backbone.sync.push(principal, space_id, body)

    yield write
    backbone.close()


def seconds_until_woken(caller: Caller, space: str, write: Write) -> float:
    """From the moment that a write is acknowledged until the client that waits has it."""
    cursor = caller.pull(space)["cursor"]
    sent = Event()

    def wait() -> tuple[Any, float]:
        sent.set()
        page = caller.pull(space, cursor, wait=WAIT_SECONDS)
        return page, time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        sent.wait()
        time.sleep(SETTLE_SECONDS)
        id_ = f"record-{next(_numbers)}"
        write(id_)
        written = time.monotonic()
        page, woken = waiting.result()
    assert [change["record"]["id"] for change in page["changes"]] == [id_]
    return woken - written


@pytest.mark.parametrize("writing", [writing_here, writing_elsewhere], ids=["here", "elsewhere"])
@pytest.mark.parametrize("site", ["sqlite", "two on postgres", "two with redis"], indirect=True)
def test_who_waits_is_woken_by_a_write(site: Site, space: str, writing: Any) -> None:
    with site.caller(0) as caller, writing(site, space) as write:
        delays = [seconds_until_woken(caller, space, write) for _ in range(ROUNDS)]

    assert median(delays) < WOKEN_SECONDS_MAX, delays

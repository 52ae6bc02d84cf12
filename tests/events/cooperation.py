"""A process under gevent: a thousand greenlets wait for ``jobs`` while another one ticks."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402 - everything below must be imported patched
from itertools import count  # noqa: E402

import gevent  # noqa: E402

from tests.events.places import PATIENCE_SECONDS, running  # noqa: E402

WAITERS = 1000
TICK_SECONDS = 0.01


def tick(ticks: "count[int]") -> None:
    """Count, as often as the loop lets us."""
    while next(ticks) >= 0:
        gevent.sleep(TICK_SECONDS)


def wait_together(url: str) -> None:
    """Say "ready", wait to be woken, say how many were and how often the ticker ran meanwhile."""
    ticks = count()
    with running(url) as bus:
        subscriptions = [bus.subscribe("jobs") for _ in range(WAITERS)]
        waiters = [gevent.spawn(one.wait, PATIENCE_SECONDS) for one in subscriptions]
        ticker = gevent.spawn(tick, ticks)
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        gevent.joinall(waiters)
        ticker.kill()
        print(sum(waiter.value for waiter in waiters), next(ticks), flush=True)  # noqa: T201


if __name__ == "__main__":
    wait_together(sys.argv[1])

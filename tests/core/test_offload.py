"""In its own process where gevent is to own the loop: patching cannot be undone."""

import subprocess
import sys
import threading

import pytest

from service.core.offload import offload, yield_now


def patched(script: str) -> str:
    code = f"from gevent import monkey; monkey.patch_all()\n{script}"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    return result.stdout.strip()


def test_without_a_loop_it_runs_here_and_now() -> None:
    assert offload(threading.get_ident) == threading.get_ident()


def test_without_a_loop_yielding_does_nothing() -> None:
    yield_now()


def test_what_it_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        offload(lambda: 1 // 0)


def test_under_gevent_other_greenlets_run_meanwhile() -> None:
    assert (
        patched("""
import gevent
from gevent.monkey import get_original
from service.core.offload import offload
sleep = get_original("time", "sleep")
beats = []
beat = gevent.spawn(lambda: [(beats.append(1), gevent.sleep(0.01)) for _ in range(5)])
gevent.sleep(0)
offload(lambda: sleep(0.5))
print(len(beats))
""")
        == "5"
    )


def test_under_gevent_errors_come_back_without_noise_and_with_their_context() -> None:
    assert patched("""
import gevent
from service.core import log
from service.core.offload import offload
gevent.sleep(0)
log.begin(request_id="r1")
print(offload(log.request_id))
try:
    offload(lambda: 1 // 0)
except ZeroDivisionError as error:
    print(error)
""").splitlines() == ["r1", "integer division or modulo by zero"]


def test_inside_the_pool_it_runs_inline() -> None:
    assert (
        patched("""
import gevent
from gevent.monkey import get_original
from service.core.offload import offload, yield_now
gevent.sleep(0)
ident = get_original("_thread", "get_ident")
outer, inner = offload(lambda: (ident(), offload(ident)))
yield_now()
print(outer == inner, outer != ident())
""")
        == "True True"
    )


def test_yielding_serves_sockets_and_timers_too() -> None:
    assert (
        patched("""
import gevent, socket, time
from service.core.offload import yield_now
here, there = socket.socketpair()
served = []
gevent.spawn(lambda: served.append(here.recv(1)))
gevent.spawn(lambda: (gevent.sleep(0.001), served.append("timer")))
gevent.sleep(0)
there.send(b"x")
for _ in range(3):
    until = time.perf_counter() + 0.01
    while time.perf_counter() < until:
        pass
    yield_now()
print(len(served))
""")
        == "2"
    )


def test_a_caller_that_is_killed_still_waits_for_its_thread() -> None:
    assert (
        patched("""
import gevent
from gevent.monkey import get_original
from service.core.offload import offload
sleep, done = get_original("time", "sleep"), []
def work():
    sleep(0.2)
    done.append("work")
def call():
    try:
        offload(work)
    except gevent.GreenletExit:
        done.append("killed")
        raise
caller = gevent.spawn(call)
gevent.sleep(0.05)
caller.kill()
print(done)
""")
        == "['work', 'killed']"
    )

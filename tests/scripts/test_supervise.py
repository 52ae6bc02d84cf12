"""The supervisor: children live together, drain together, and leave nobody behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.servers_process import wait_until

SUPERVISOR = """
import json, sys
from scripts.supervise import supervise
commands = {name: [sys.executable, "-c", code] for name, code in json.loads(sys.argv[1]).items()}
sys.exit(supervise(commands, float(sys.argv[2])))
"""
SLEEPS = "import os, pathlib, time; pathlib.Path(f'{os.getpid()}.pid').touch(); time.sleep(60)"
DRAINS = """
import os, pathlib, signal, sys, time
def drain(*_):
    time.sleep(0.5)
    pathlib.Path("drained").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
pathlib.Path(f"{os.getpid()}.pid").touch()
time.sleep(60)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS
FAILS = "import sys; sys.exit(7)"
HAS_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPS!r}])"


class Supervised:
    def __init__(self, process: subprocess.Popen[bytes], place: Path) -> None:
        self.process = process
        self.place = place

    def pids(self) -> list[int]:
        return [int(path.stem) for path in self.place.glob("*.pid")]

    def await_children(self, count: int) -> list[int]:
        wait_until(lambda: len(self.pids()) == count, 20, "the children do not start")
        return self.pids()

    def end(self, number: int) -> tuple[int, float]:
        """Send a signal; the exit code, and the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - begun


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


@contextmanager
def supervised(place: Path, grace_seconds: float, **children: str) -> Iterator[Supervised]:
    arguments = [sys.executable, "-c", SUPERVISOR, json.dumps(children), str(grace_seconds)]
    environ = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(arguments, cwd=place, env=environ) as process:
        try:
            yield Supervised(process, place)
        finally:
            process.kill()


def is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().split()[2] != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_every_child(place: Path, number: int) -> None:
    with supervised(place, 10, web=DRAINS, worker=SLEEPS) as family:
        pids = family.await_children(2)
        code, seconds = family.end(number)
    assert (place / "drained").exists()
    assert code == 0
    assert seconds < 5
    assert not any(is_running(pid) for pid in pids)


def test_a_child_that_fails_ends_all_with_its_code(place: Path) -> None:
    with supervised(place, 10, web=DRAINS, worker="import time; time.sleep(1);" + FAILS) as family:
        assert family.process.wait(20) == 7
    assert (place / "drained").exists()


def test_a_child_that_simply_ends_is_a_failure_too(place: Path) -> None:
    with supervised(place, 10, web="pass", worker=SLEEPS) as family:
        assert family.process.wait(20) == 1


def test_a_child_that_was_killed_is_reported_as_a_shell_would(place: Path) -> None:
    with supervised(place, 10, web=SLEEPS) as family:
        os.kill(family.await_children(1)[0], signal.SIGKILL)
        assert family.process.wait(20) == 128 + signal.SIGKILL


def test_who_does_not_drain_in_time_is_killed(place: Path) -> None:
    with supervised(place, 0.5, web=STUBBORN) as family:
        pids = family.await_children(1)
        code, seconds = family.end(signal.SIGTERM)
    assert code == 128 + signal.SIGKILL
    assert 0.5 <= seconds < 5
    assert not is_running(pids[0])


def test_a_second_signal_does_not_cut_the_grace_short(place: Path) -> None:
    with supervised(place, 10, web=DRAINS) as family:
        family.await_children(1)
        family.process.send_signal(signal.SIGTERM)
        code, _ = family.end(signal.SIGTERM)
    assert (place / "drained").exists()
    assert code == 0


def test_grandchildren_do_not_stay_behind(place: Path) -> None:
    with supervised(place, 10, web=HAS_A_CHILD) as family:
        pids = family.await_children(1)
        family.end(signal.SIGTERM)
    assert not is_running(pids[0])


def test_a_killed_supervisor_leaves_no_orphan(place: Path) -> None:
    with supervised(place, 10, web=SLEEPS, worker=STUBBORN) as family:
        pids = family.await_children(2)
        family.end(signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, pids)), 5, "children are left")

"""How processes end."""

import os
import subprocess
import sys

from scripts.servers_process import wait_until
from service.core.lifecycle import Draining

PARENT = """
import os, subprocess, sys
from functools import partial
from service.core.lifecycle import die_with_parent
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                         preexec_fn=partial(die_with_parent, os.getpid()))
print(child.pid, flush=True)
child.wait()
"""


def test_draining_begins_once_and_never_ends() -> None:
    draining = Draining()
    assert not draining
    draining.begin()
    draining.begin()
    assert draining


def test_a_child_does_not_outlive_a_parent_that_was_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child_pid = int(parent.stdout.readline())
        assert is_running(child_pid)
        parent.kill()
    wait_until(lambda: not is_running(child_pid), 5, "the child lives on")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - not a file of ours
            return stat.read().split()[2] != "Z"
    except OSError:
        return False

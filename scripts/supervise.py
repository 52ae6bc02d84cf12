"""A small supervisor: several processes that live and end together.

The first child that ends by itself ends all, with its exit code: a platform restarts what exits
and never notices half a service. SIGTERM and SIGINT alike tell every child to drain, each in a
session of its own so that a terminal's Ctrl-C reaches it through here alone; what is still there
after the grace is killed. If the supervisor itself is killed, the kernel kills the children.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import FrameType

from service.core.lifecycle import die_with_parent

TICK_SECONDS = 0.1
Commands = Mapping[str, Sequence[str]]


def nothing() -> None:
    """Do nothing between two looks at the children."""


def supervise(commands: Commands, grace_seconds: float, tick: Callable[[], None] = nothing) -> int:
    """Run ``commands`` until one ends or a signal says stop; returns the exit code to end with.

    ``tick`` is called about ten times a second while all are alive; it must not block for long.
    """
    family = Family(grace_seconds)
    signal.signal(signal.SIGTERM, family.on_signal)
    signal.signal(signal.SIGINT, family.on_signal)
    family.start(commands)
    while family.look():
        if not family.stopping:
            tick()
        time.sleep(TICK_SECONDS)
    family.kill()
    return family.exit_code


class Family:
    """The children, and how far their end has come."""

    def __init__(self, grace_seconds: float) -> None:
        self.exit_code = 0
        self._grace_seconds = grace_seconds
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._kill_at: float | None = None

    @property
    def stopping(self) -> bool:
        """Whether the children have been told to end."""
        return self._kill_at is not None

    def start(self, commands: Commands) -> None:
        """Start every command; a signal that came meanwhile is passed on to those that started."""
        for name, command in commands.items():
            self._children[name] = subprocess.Popen(
                command,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one thread
            )
        if self.stopping:
            self._tell_all(signal.SIGTERM)

    def alive(self) -> list[str]:
        """The names of the children that still run."""
        return [name for name, child in self._children.items() if child.poll() is None]

    def look(self) -> bool:
        """Notice who has ended, and time that has run out; false when nobody is left."""
        alive = self.alive()
        for name, child in self._children.items():
            if child.returncode is not None and not self.stopping:
                say(f"{name} ended with code {child.returncode}: stopping the others")
                self.exit_code = exit_code_of(child.returncode) or 1
                self.stop()
        if alive and self._kill_at is not None and time.monotonic() > self._kill_at:
            say(f"killing {', '.join(alive)} after {self._grace_seconds:g} s of grace")
            self.exit_code = self.exit_code or exit_code_of(-signal.SIGKILL)
            self.kill()
        return bool(alive)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: drain. A platform may send several; the first one counts."""
        if not self.stopping:
            self.stop()

    def stop(self) -> None:
        """Tell the children to finish what they are doing."""
        self._kill_at = time.monotonic() + self._grace_seconds
        self._tell_all(signal.SIGTERM)

    def kill(self) -> None:
        """End the children with everything that they started."""
        for child in self._children.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def _tell_all(self, number: signal.Signals) -> None:
        for child in self._children.values():
            child.send_signal(number)


def exit_code_of(returncode: int) -> int:
    """What a shell would report: 128 + n for a process that signal n ended."""
    return returncode if returncode >= 0 else 128 - returncode


def say(text: str) -> None:
    """One line for whoever watches the terminal or the platform's log."""
    print(f"supervisor: {text}", file=sys.stderr, flush=True)

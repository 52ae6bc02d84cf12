"""A server program, started for a test and gone with it."""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from service.core.lifecycle import die_with_parent

READY_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.02
NOBODY = 65534
PREFIX = "syncline-server-"
CLAIM_SECONDS_MAX = 60.0


class NoServer(Exception):
    """There is no such server, or it does not start; the message says what to install or set."""


class ServerProcess:
    """A program in a directory of its own. Subclasses say how to start it and when it is ready.

    As root the program runs as nobody, because Postgres refuses to run as root.
    """

    name = "server"
    end_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.user = NOBODY if os.getuid() == 0 else None
        self.groups: list[int] | None = [] if self.user else None
        remove_abandoned()
        self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._claim = os.open(self.directory, os.O_RDONLY)
        fcntl.flock(self._claim, fcntl.LOCK_EX)
        if self.user:
            os.chown(self.directory, self.user, self.user)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for clients."""
        raise NotImplementedError

    def prepare(self) -> None:
        """What is done once, before the first start."""

    def command(self) -> Sequence[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it answers."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = (self.directory / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=self.groups,
                preexec_fn=partial(die_with_parent, os.getpid(), self.end_signal),  # noqa: PLW1509
            )
        wait_until(self._ready_or_gone, READY_SECONDS_MAX, f"{self.name} does not start")

    def stop(self) -> None:
        """End it in order."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.end_signal)
            self._process.wait(READY_SECONDS_MAX)

    def kill(self) -> None:
        """End it and its children as a power cut does; ``start`` brings it back with its data."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(READY_SECONDS_MAX)

    def run(self, command: Sequence[str]) -> None:
        """Run a program of the same kind as the same user."""
        done = subprocess.run(
            command,
            cwd=self.directory,
            user=self.user,
            group=self.user,
            extra_groups=self.groups,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise NoServer(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        os.close(self._claim)

    def _ready_or_gone(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            said = (self.directory / "log").read_text(errors="replace").strip()
            raise NoServer(f"{self.name} ended at once: {said[-2000:]}")
        return self.is_ready()


def remove_abandoned() -> None:
    """Remove the directories of servers whose test run was killed: nobody holds their lock."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - directory.stat().st_mtime > CLAIM_SECONDS_MAX:
                _remove_unless_claimed(directory)


def _remove_unless_claimed(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(directory, ignore_errors=True)
    finally:
        os.close(handle)


def wait_until(condition: Callable[[], bool], seconds_max: float, complaint: str) -> None:
    """Return when ``condition`` holds; raises ``NoServer(complaint)`` if that takes too long."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        if time.monotonic() > deadline:
            raise NoServer(complaint)
        time.sleep(LOOK_SECONDS)


def package_directory(package: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None

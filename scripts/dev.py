#!/usr/bin/env python3
"""What a developer starts: ``python3 scripts/dev.py up``, ``test`` or ``demo``.

It needs Python 3.11 and nothing else: no root, no other tool, not even pip's own bootstrap. It
makes ``.venv``, installs the pinned requirements into it (by uv where that can be had, which takes
seconds, else by pip), and becomes the script that does the work there. A second run finds the
stamp of the first and starts at once.
"""

from __future__ import annotations  # so that an older Python gets as far as saying that it is one

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON_MIN = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = "uv==0.13.9"


class Command(NamedTuple):
    """What a word on the command line starts, and which requirements that needs."""

    module: str
    requirements: str
    help: str


COMMANDS = {
    "up": Command("scripts.up", "requirements.txt", "start the service on this machine"),
    "test": Command("scripts.check", "requirements-dev.txt", "run every check; --long: in full"),
    "demo": Command("scripts.demo", "requirements-dev.txt", "take the tour of a running service"),
    "bench": Command("bench", "requirements-dev.txt", "measure, beside others; --help: what"),
}
USAGE = "usage: python3 scripts/dev.py COMMAND\n\n" + "\n".join(
    f"  {name:6} {command.help}" for name, command in COMMANDS.items()
)


class Stop(Exception):
    """What is in the way, and what to do about it."""


def main(arguments: list[str]) -> None:
    """Prepare ``.venv`` for the command, then become it."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return
    if not arguments or arguments[0] not in COMMANDS:
        raise Stop(USAGE)
    command = COMMANDS[arguments[0]]
    with one_at_a_time():
        make_environment()
        install(ROOT / command.requirements)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", command.module, *arguments[1:]])  # noqa: S606 - our own


def require_python() -> None:
    """Go on in a newer Python if this one is too old and there is one."""
    if sys.version_info >= PYTHON_MIN:
        return
    for minor in range(19, PYTHON_MIN[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same script
    found, needed = (".".join(map(str, version[:2])) for version in (sys.version_info, PYTHON_MIN))
    raise Stop(f"This is Python {found}; Syncline needs {needed} or newer, and none is on PATH.")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the checkout, so that two commands started together do not build ``.venv`` together."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_environment() -> None:
    """Make ``.venv``, unless one is there whose Python still runs."""
    if PYTHON.exists():
        return
    say("making .venv")
    try:
        # Without pip, because that takes ten seconds and fails where ensurepip was split off.
        run([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
    except subprocess.CalledProcessError as failure:
        raise Stop(f"{VENV} could not be made: is {ROOT} writable for you?") from failure


def install(requirements: Path) -> None:
    """Install ``requirements``, unless exactly these were installed by exactly this Python."""
    stamp = VENV / f".{requirements.name}.stamp"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing {requirements.name}")
    try:
        install_fast(requirements)
    except (subprocess.CalledProcessError, OSError):
        say("uv could not; trying pip")
        install_plainly(requirements)
    stamp.write_text(wanted)


def install_fast(requirements: Path) -> None:
    """By uv: the one on PATH, or one from the package index put into ``.venv`` for the purpose."""
    uv = shutil.which("uv") or str(VENV / "bin" / "uv")
    if not Path(uv).exists():
        run([*pip(), "install", "--quiet", "--no-deps", UV])
    run([uv, "pip", "install", "--quiet", "--python", PYTHON, "-r", requirements], uv_environment())


def install_plainly(requirements: Path) -> None:
    """By pip, which knows every index configuration there is."""
    try:
        run([*pip(), "install", "--quiet", "-r", requirements])
    except subprocess.CalledProcessError as failure:
        raise Stop(
            f"{requirements.name} could not be installed; the reason is above. "
            "Without a way to a package index, set PIP_INDEX_URL to one that can be reached."
        ) from failure


def pip() -> list[str]:
    """The words that start a pip which installs into ``.venv``."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if importlib.util.find_spec("ensurepip"):
        run([PYTHON, "-m", "ensurepip", "--default-pip"])
        return [str(PYTHON), "-m", "pip"]
    raise Stop(
        f"{sys.executable} comes without pip and without ensurepip, and uv is not on PATH. "
        "Any one of the three is enough: install python3-pip, python3-venv or uv."
    )


def uv_environment() -> dict[str, str]:
    """The environment for uv: pip's index, and no cache where there is no home to keep it in."""
    environ = dict(os.environ)
    for theirs, ours in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if theirs in environ:
            environ.setdefault(ours, environ[theirs])
    if not os.access(Path.home(), os.W_OK):
        environ.setdefault("UV_NO_CACHE", "1")
    return environ


def run(command: list[str | Path], environ: dict[str, str] | None = None) -> None:
    """Run ``command``; raises ``CalledProcessError`` when it fails."""
    subprocess.run(command, check=True, env=environ)


def say(text: str) -> None:
    """Tell how far it has come."""
    print(f"dev: {text}", flush=True)


if __name__ == "__main__":
    try:
        require_python()
        main(sys.argv[1:])
    except Stop as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)

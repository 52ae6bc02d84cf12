"""Environments apart from the service's own, for contenders that need other packages."""

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from scripts.dev import uv_environment
from scripts.servers_process import NoServer

PLACE = Path(sys.prefix) / "bench"
"""Inside the environment that runs the bench: it goes when that goes."""


def python_with(requirements: Path) -> Path:
    """The Python of an environment with ``requirements``, which is made when first asked for."""
    directory = _directory(requirements)
    python = directory / "bin" / "python"
    _once(directory, lambda: _install(directory, python, requirements))
    return python


def node_program(name: str) -> Path:
    """``bench/NAME/server.js`` with its packages beside it; needs node and npm."""
    source = Path(__file__).parent / name
    directory = _directory(source / "package.json")
    _once(directory, lambda: _install_node(directory, source))
    return directory / "server.js"


def _directory(manifest: Path) -> Path:
    """Of a name that changes with what is to be installed."""
    digest = hashlib.sha256(manifest.read_bytes() + sys.version.encode()).hexdigest()[:16]
    return PLACE / f"{manifest.stem}-{digest}"


def _once(directory: Path, install: Callable[[], None]) -> None:
    stamp = directory / "complete"
    if not stamp.exists():
        print(f"bench: installing into {directory}", flush=True)
        install()
        stamp.touch()


def _install_node(directory: Path, source: Path) -> None:
    if not shutil.which("npm"):
        raise NoServer("npm is needed for this row and is not on PATH.")
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(source, directory)
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=directory, check=True)


def _install(directory: Path, python: Path, requirements: Path) -> None:
    uv = _uv()
    venv.create(directory, clear=True, with_pip=uv is None)
    pip = [str(python), "-m", "pip", "install"]
    fast = [str(uv), "pip", "install", "--python", str(python)]
    command = [*(fast if uv else pip), "--quiet", "-r", str(requirements)]
    subprocess.run(command, check=True, env=uv_environment())


def _uv() -> str | None:
    """The uv on PATH, or the one that ``scripts/dev.py`` put beside this Python."""
    beside = Path(sys.prefix) / "bin" / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")

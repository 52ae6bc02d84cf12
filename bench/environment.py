"""Environments of Python apart from the service's own, for contenders that need other packages."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from scripts.dev import uv_environment

PLACE = Path(sys.prefix) / "bench"
"""Inside the environment that runs the bench: it goes when that goes."""


def python_with(requirements: Path) -> Path:
    """The Python of an environment in which ``requirements`` are installed; made when first asked for."""
    name = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    directory = PLACE / f"{requirements.stem}-{name}"
    python = directory / "bin" / "python"
    stamp = directory / "complete"
    if not stamp.exists():
        print(f"bench: installing {requirements.name}", flush=True)
        _install(directory, python, requirements)
        stamp.touch()
    return python


def _install(directory: Path, python: Path, requirements: Path) -> None:
    uv = _uv()
    venv.create(directory, clear=True, with_pip=uv is None)
    installer = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    subprocess.run(
        [*installer, "--quiet", "-r", requirements], check=True, env=uv_environment()
    )


def _uv() -> str | None:
    """The uv on PATH, or the one that ``scripts/dev.py`` put beside this Python."""
    beside = Path(sys.prefix) / "bin" / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")

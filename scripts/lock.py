"""Copy the pins of ``pyproject.toml``, with all that they need, into ``requirements*.txt``.

To be run in ``.venv`` after a pin has changed: ``.venv/bin/python -m scripts.lock [--upgrade]``.
Pins that still fit stay as they are.
"""

import shutil
import subprocess
import sys

from scripts.check import BIN
from scripts.processes import ROOT

# Markers are kept, so that one file serves every platform and every Python from the oldest on.
COMPILE = ["pip", "compile", "pyproject.toml", "--universal", "--python-version=3.11", "--quiet"]
HEADER = "python -m scripts.lock"
FILES = {
    "requirements.txt": [],
    "requirements-dev.txt": ["--group=dev", "--constraint=requirements.txt"],
}


def main(arguments: list[str]) -> None:
    """Write both files; ``arguments`` go to uv."""
    uv = shutil.which("uv") or str(BIN / "uv")
    for name, options in FILES.items():
        subprocess.run(
            [uv, *COMPILE, f"--custom-compile-command={HEADER}", *options, *arguments, "-o", name],
            check=True,
            cwd=ROOT,
        )


if __name__ == "__main__":
    main(sys.argv[1:])

"""Whether two processes that see the same directory also run on the same machine.

The web process leaves the machine's mark in DATA_DIR. A directory that travels over a network, or
one that another container has under the same name, bears another mark or none.
"""

import platform
import time
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LOOK_SECONDS = 0.2


def this_host() -> str:
    """The id of this machine since it was started; its name where the kernel tells no id."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else platform.node()


def mark(data_dir: Path) -> None:
    """Say that this machine works in ``data_dir``."""
    (data_dir / "host.id").write_text(this_host())


def is_here(data_dir: Path) -> bool:
    """Whether this machine said so."""
    note = data_dir / "host.id"
    return note.exists() and note.read_text() == this_host()


def appears_here(data_dir: Path, wait_seconds_max: float) -> bool:
    """``is_here``, after a while if need be: a platform starts web and worker at one moment."""
    deadline = time.monotonic() + wait_seconds_max
    while not is_here(data_dir) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return is_here(data_dir)

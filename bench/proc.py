"""What processes cost, as /proc has it.

CPU time per request is the figure that noise disturbs least: who else is running changes how long a
server has to wait for a core, but hardly how much of one it uses.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Stat(NamedTuple):
    """A process: its parent, and the ticks that it and its children that ended have used."""

    pid: int
    parent: int
    ticks: int


def parse_stat(text: str) -> Stat:
    """A line of /proc/PID/stat; a program's name in it may hold blanks and brackets."""
    before, _, after = text.rpartition(")")
    fields = after.split()
    return Stat(int(before.split()[0]), int(fields[1]), sum(map(int, fields[11:15])))


def tree(stats: Iterable[Stat], root: int) -> list[Stat]:
    """``root`` and all that descend from it."""
    by_parent: dict[int, list[Stat]] = {}
    found: list[Stat] = []
    for stat in stats:
        by_parent.setdefault(stat.parent, []).append(stat)
        if stat.pid == root:
            found.append(stat)
    for stat in found:  # grows while it is walked
        found += by_parent.get(stat.pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """CPU time of a process and all its descendants so far; 0 when it is gone."""
    return sum(stat.ticks for stat in tree(_all(), root)) / TICKS_PER_SECOND


def peak_mib(root: int) -> float:
    """The peak of resident memory of the largest process of the tree, in MiB."""
    return max((_peak_kib(stat.pid) for stat in tree(_all(), root)), default=0) / 1024


def _all() -> Iterator[Stat]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield parse_stat((entry / "stat").read_text())
            except OSError:  # it has ended
                continue


def _peak_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)

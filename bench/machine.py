"""What the figures were taken on. They are only good as ratios, but say of what."""

import os
import platform
import sqlite3
import statistics
import sys
import time
from pathlib import Path

from bench.client import Client
from bench.contenders import HttpLoad, again
from bench.server import PORT
from bench.site import Site

SYNC_BYTES = 8192
SYNCS = 100
CEILING_SECONDS = 1.0
CEILING_CONNECTIONS = 16


def described() -> dict[str, str | float]:
    """The machine, its load, its disk, and what the load generator can do at the most."""
    with Site() as site:
        return {
            "cpu": f"{os.cpu_count()} of {_processor()}",
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "load_average": os.getloadavg()[0],
            "fdatasync_us": round(fdatasync_us(site.directory)),
            "generator_per_s": round(ceiling(site)),
        }


def fdatasync_us(directory: Path) -> float:
    """The median time to bring 8 KiB to the disk: what each durable commit costs at the least."""
    times = []
    with (directory / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(SYNC_BYTES))
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e6


def ceiling(site: Site) -> float:
    """Requests a second of the load generator against a server that does nothing."""
    server = site.start([sys.executable, "-m", "bench.echo", PORT], {})
    request = Client(server.address).request("GET", "/")
    return HttpLoad("echo", server, again([request]), CEILING_CONNECTIONS).run(CEILING_SECONDS).rate


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

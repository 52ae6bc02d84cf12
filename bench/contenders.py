"""The two kinds of contenders: a server under load, and a function called in a loop."""

import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench import proc
from bench.figures import percentile
from bench.load import Load, connected, drive
from bench.sample import Sample
from bench.server import Server


class NothingDone(Exception):
    """A contender did not do what it was asked for a single time."""


def forget(_count: int) -> None:
    """Take no note of what was acknowledged."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What to ask a server for: requests without end, and the status of success.

    ``acknowledged`` is told how many requests succeeded.
    """

    requests: Iterator[bytes]
    status: int = 200
    acknowledged: Callable[[int], None] = forget


def again(requests: Iterable[bytes], status: int = 200) -> Deed:
    """To ask for ``requests`` in turn, for ever."""
    return Deed(itertools.cycle(requests), status)


@dataclass(frozen=True, slots=True)
class HttpLoad:
    """A deed, over so many ``connections``; ``rows`` is how many rows an answer stands for."""

    name: str
    server: Server
    deed: Deed
    connections: int
    rows: int = 1

    def run(self, seconds: float) -> Sample:
        """Load the server for ``seconds``."""
        load_average = os.getloadavg()[0]
        with connected(self.server.address, self.connections) as channels:
            before = self._cpu()
            load = drive(channels, self.deed.requests, seconds, self.deed.status)
            after = self._cpu()
        if not load.latencies_ms:
            raise NothingDone(f"{self.name}: no answer {self.deed.status}, but {load.statuses}")
        self.deed.acknowledged(load.statuses[self.deed.status])
        return self._sample(load, [b - a for a, b in zip(before, after, strict=True)], load_average)

    def _sample(self, load: Load, cpu_seconds: Sequence[float], load_average: float) -> Sample:
        answers = load.statuses.total()
        server, database = (seconds * 1e6 / answers for seconds in cpu_seconds)
        return Sample(
            rate=len(load.latencies_ms) * self.rows / load.seconds,
            p50_ms=percentile(load.latencies_ms, 0.5),
            p99_ms=percentile(load.latencies_ms, 0.99),
            cpu_us=server,
            database_cpu_us=database,
            peak_mib=proc.peak_mib(self.server.pid),
            load_average=load_average,
            failures=answers - load.statuses[self.deed.status],
        )

    def _cpu(self) -> tuple[float, float]:
        """CPU seconds of the server, and of its Postgres if it has one."""
        database = self.server.database_pid
        return proc.cpu_seconds(self.server.pid), proc.cpu_seconds(database) if database else 0.0


@dataclass(frozen=True, slots=True)
class Loop:
    """``function`` over and over, in this process. ``rows`` is how many rows one call handles."""

    name: str
    function: Callable[[], object]
    rows: int = 1

    def run(self, seconds: float) -> Sample:
        """Call the function for ``seconds``."""
        load_average = os.getloadavg()[0]
        latencies_ms = []
        begun, cpu_begun = time.perf_counter(), time.process_time()
        now = begun
        while now < begun + seconds:
            self.function()
            last, now = now, time.perf_counter()
            latencies_ms.append((now - last) * 1000)
        cpu_us = (time.process_time() - cpu_begun) * 1e6 / len(latencies_ms)
        return Sample(
            rate=len(latencies_ms) * self.rows / (now - begun),
            p50_ms=percentile(latencies_ms, 0.5),
            p99_ms=percentile(latencies_ms, 0.99),
            cpu_us=cpu_us,
            database_cpu_us=0.0,
            peak_mib=proc.peak_mib(os.getpid()),
            load_average=load_average,
        )

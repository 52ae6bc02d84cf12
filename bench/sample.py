"""What is measured, and of whom."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sample:
    """One slice of one contender.

    ``rate`` is answers a second, or rows a second where an answer carries many. CPU time is in
    microseconds an answer, of all processes of the server. ``peak_mib`` is that of the largest.
    """

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    database_cpu_us: float
    peak_mib: float
    load_average: float
    failures: int = 0


class Contender(Protocol):
    """One way to do a job."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def run(self, seconds: float) -> Sample:
        """Do the job for ``seconds``."""

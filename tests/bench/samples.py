"""Samples for tests, of which only what matters needs saying."""

from dataclasses import replace

from bench.sample import Sample

_PLAIN = Sample(
    rate=100.0,
    p50_ms=1.0,
    p99_ms=2.0,
    cpu_us=200.0,
    database_cpu_us=0.0,
    peak_mib=50.0,
    load_average=0.5,
)


def sample(**measured: float) -> Sample:
    """An ordinary sample but for what was ``measured``."""
    return replace(_PLAIN, **measured)  # type: ignore[arg-type]

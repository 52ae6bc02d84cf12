"""The time of day, in the two forms the product uses.

Timestamps are kept as text of one width (RFC 3339, UTC, milliseconds), so that both databases order
them alike and no row is converted on its way out.
"""

import time
from datetime import UTC, datetime
from functools import lru_cache

DAY_MS = 86_400_000
EXAMPLE = "2026-11-22T13:57:50.123Z"
"""A timestamp for documentation."""


def now_ms() -> int:
    """Milliseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1_000_000


def timestamp(ms: int | None = None) -> str:
    """``ms`` (default: now) as RFC 3339: ``2026-11-22T13:57:50.123Z``."""
    seconds, rest = divmod(now_ms() if ms is None else ms, 1000)
    return f"{_to_the_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=16)
def _to_the_second(seconds: int) -> str:
    """Kept, because most timestamps of a second are made in that second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")

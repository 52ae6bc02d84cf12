"""A job as its row has it, and what may be said of it at any moment."""

from typing import Any, Final, NamedTuple

import orjson

ENDED: Final = frozenset({"succeeded", "failed", "canceled"})
STATES: Final = ("awaiting_upload", "queued", "running", "canceling", *sorted(ENDED), "expired")
"""``awaiting_upload`` and ``expired`` are of the contract; no job of today is in them."""

OUTCOMES: Final = ("complete", "partial", "none")
ATTEMPTS_MAX: Final = 5
SAMPLE_ERRORS_MAX: Final = 5

Json = dict[str, Any]


class Job(NamedTuple):
    """One row of ``jobs``, in the order of its columns. JSON columns are text."""

    id: str
    space: str
    kind: str
    state: str
    outcome: str
    params: str
    input_id: str | None
    result_id: str | None
    error: str | None
    version: int
    token: int
    worker: str | None
    lease_until_ms: int | None
    run_after_ms: int
    dispatched_at_ms: int | None
    attempts: int
    attempts_max: int
    cancel_requested: bool
    checkpoint: str | None
    phase: str
    unit: str
    done: int
    total: int | None
    failed: int
    bytes_done: int
    bytes_total: int | None
    created_by: str
    request_id: str
    created_at: str
    started_at: str | None
    updated_at: str
    finished_at: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in ENDED

    @property
    def parameters(self) -> Json:
        """What it was asked to do, in the words of its kind."""
        return orjson.loads(self.params)  # type: ignore[no-any-return]

    @property
    def resume(self) -> Json:
        """Where to go on, as its kind left it at the last checkpoint; empty at the start."""
        return orjson.loads(self.checkpoint) if self.checkpoint else {}


COLUMNS: Final = ", ".join(Job._fields)

"""What a write says that it was based on, whatever the transport it said it through."""

from dataclasses import dataclass
from typing import Any

from service.core.errors import PreconditionFailed

Position = tuple[str, int]
"""Where a thing stood in a space's history: epoch and sequence number."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """``absent``: it must not exist. Otherwise it must, at one of ``positions`` (None: at any)."""

    absent: bool = False
    positions: frozenset[Position] | None = None

    def holds(self, current: Position | None) -> bool:
        """Whether a thing that stands at ``current`` (None: that does not exist) is as was said."""
        if self.absent or current is None:
            return self.absent and current is None
        return self.positions is None or current in self.positions

    def require(self, current: Position | None, /, **members: Any) -> None:
        """Raise PreconditionFailed, with ``members`` such as ``current``, unless this holds."""
        if not self.holds(current):
            raise PreconditionFailed(**members)


ANY_STATE = Precondition()
MUST_BE_ABSENT = Precondition(absent=True)

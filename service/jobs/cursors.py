"""Where a list goes on: opaque, signed, and bound to what the list was of."""

from collections.abc import Sequence
from typing import Final

from service.core.signed import BadToken, Tokens
from service.jobs.errors import InvalidJobCursor

USE: Final = "jobs cursor"


class Cursors:
    """Writes positions in lists as text and reads them back."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def dumps(self, of: Sequence[str], position: Sequence[str | int]) -> str:
        """The cursor behind ``position`` in the list ``of`` (its filters, whose it is)."""
        return self._tokens.dumps([list(of), list(position)])

    def loads(self, cursor: str, of: Sequence[str]) -> list[str | int]:
        """The position that ``cursor`` stands for. Raises InvalidJobCursor for another list's."""
        try:
            bound_to, position = self._tokens.loads(cursor)
        except BadToken as error:
            raise InvalidJobCursor from error
        if bound_to != list(of):
            raise InvalidJobCursor
        return position  # type: ignore[no-any-return]

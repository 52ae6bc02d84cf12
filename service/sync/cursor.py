"""A client's position: opaque to it, signed, and all the server knows of it.

``c`` is the newest seq whose delta the client has. A backfill is a stretch of live rows it still
has to be sent: at the start everything visible up to the head of that moment, later the rows of a
realm it was let into. What changes during a backfill has a seq above ``c`` and comes in the delta.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from service.changes.errors import ResyncRequired
from service.changes.position import Position
from service.core.errors import InvalidCursor
from service.core.signed import BadToken, Signer
from service.spaces.access import EVERY_REALM, Access

BACKFILLS_MAX = 8
EVERYTHING = ""
"""The realm of a backfill that holds whatever is visible."""


class Backfill(NamedTuple):
    """Live rows of ``realm`` with ``after < seq <= upto`` are still to be sent."""

    realm: str
    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a space's log, as a user sees it through a view and a filter."""

    space: str
    user_id: str
    epoch: str
    view: str
    filter_id: str
    c: int
    backfills: tuple[Backfill, ...] = ()

    def granted(self, realm: str, upto: int) -> "Cursor":
        """With the rows of a realm that became visible at ``upto`` to be sent.

        Many at once become one backfill of everything: sending a row twice is harmless.
        """
        others = tuple(backfill for backfill in self.backfills if backfill.realm != realm)
        if realm == EVERY_REALM or len(others) >= BACKFILLS_MAX:
            return replace(self, backfills=(Backfill(EVERYTHING, 0, upto),))
        return replace(self, backfills=(*others, Backfill(realm, 0, upto)))

    def revoked(self, realm: str) -> "Cursor":
        """Without the backfill of ``realm``."""
        if realm == EVERY_REALM:
            return replace(self, backfills=())
        kept = tuple(backfill for backfill in self.backfills if backfill.realm != realm)
        return replace(self, backfills=kept)

    def filled(self, after: int | None) -> "Cursor":
        """The first backfill sent up to ``after``, or (None) to its end."""
        first, *rest = self.backfills
        going_on = () if after is None else (first._replace(after=after),)
        return replace(self, backfills=(*going_on, *rest))

    def check(self, position: Position, access: Access) -> None:
        """Raise ResyncRequired if following on from here could miss something."""
        if self.epoch != position.epoch or self.c > position.head:
            raise ResyncRequired(reason="epoch_changed")
        if self.c < position.floor:
            raise ResyncRequired(reason="cursor_expired")
        if self.view != access.view:
            raise ResyncRequired(reason="view_changed")


def start(position: Position, access: Access, filter_id: str) -> Cursor:
    """A cursor at the head, with everything that is visible now to be sent."""
    everything = (Backfill(EVERYTHING, 0, position.head),) if position.head else ()
    return Cursor(
        position.space,
        access.user_id,
        position.epoch,
        access.view,
        filter_id,
        position.head,
        everything,
    )


def filter_id_of(collections: Sequence[str]) -> str:
    """A short name of what the request asks for; empty for everything."""
    return sha256("\n".join(sorted(collections)).encode()).hexdigest()[:12] if collections else ""


class Cursors:
    """Writes cursors as text and reads them back."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def dumps(self, cursor: Cursor) -> str:
        """The cursor as text."""
        return self._signer.dumps(
            [
                cursor.space,
                cursor.user_id,
                cursor.epoch,
                cursor.view,
                cursor.filter_id,
                cursor.c,
                cursor.backfills,
            ]
        )

    def loads(self, text: str, space: str, user_id: str) -> Cursor:
        """The cursor that ``text`` stands for. Raises InvalidCursor if it is not this caller's."""
        try:
            space_, user_id_, epoch, view, filter_id, c, backfills = self._signer.loads(text)
        except BadToken as error:
            raise InvalidCursor from error
        if (space_, user_id_) != (space, user_id):
            raise InvalidCursor
        stretches = tuple(Backfill(*backfill) for backfill in backfills)
        return Cursor(space, user_id, epoch, view, filter_id, c, stretches)

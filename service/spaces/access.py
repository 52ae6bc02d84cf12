"""What a user may see of a space: their role, and the realms they are in.

Everything here is cached under the space's ``config_seq``: the number of the newest change to its
members or collections. Whoever reads the space's position knows at once whether what is cached
still holds, so there is nothing to invalidate and no stale right, in any process.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Protocol

import orjson
from sqlalchemy import Connection

from service.auth import policy
from service.auth.principal import Principal
from service.changes.errors import SpaceNotFound
from service.core.recent import Recent
from service.core.sql import Hot

EVERY_REALM = "*"
SHARED_REALM = "shared"
REALMS_MAX = 50
"""For one member."""
ENTRIES_MAX = 10_000

_MEMBER = Hot("SELECT role, realms FROM members WHERE space = :space AND user_id = :user_id")


class Configuration(Protocol):
    """Which members and collections a space has, by number: a position, or a log that is open."""

    @property
    def space(self) -> str:
        """The space's id."""
        ...

    @property
    def epoch(self) -> str:
        """The history that the number belongs to."""
        ...

    @property
    def config_seq(self) -> int:
        """The newest change of members or collections."""
        ...


@dataclass(frozen=True)
class Access:
    """One member's standing in one space, as of ``config_seq``."""

    space: str
    user_id: str
    role: str
    realms: frozenset[str]
    config_seq: int
    epoch: str

    @cached_property
    def sees_every_realm(self) -> bool:
        """Whether realms made later are visible too."""
        return EVERY_REALM in self.realms

    def sees(self, realm: str) -> bool:
        """Whether records of ``realm`` are visible."""
        return self.sees_every_realm or realm in self.realms

    @cached_property
    def view(self) -> str:
        """A short name of everything but the realms that shapes what this member sees.

        Realms come and go as events in the delta; when the view changes a client starts again. It
        is compared, never followed: a view that changes and changes back must have hidden nothing.
        """
        return sha256(self.role.encode()).hexdigest()[:12]

    def holds_at(self, position: Configuration) -> bool:
        """Whether nothing that this was read from has changed since."""
        return (self.config_seq, self.epoch) == (position.config_seq, position.epoch)


class AccessBook:
    """Reads members, and remembers what it read while it holds."""

    def __init__(self) -> None:
        self._known: Recent[tuple[str, str], Access] = Recent(ENTRIES_MAX)

    def last_known(self, space: str, user_id: str) -> Access | None:
        """What was true when it was read: check ``holds_at`` in the query that uses it."""
        return self._known.get((space, user_id))

    def access(self, connection: Connection, position: Configuration, user_id: str) -> Access:
        """The standing of ``user_id`` at ``position``. Raises SpaceNotFound for those outside."""
        known = self._known.get((position.space, user_id))
        if known is not None and known.holds_at(position):
            return known
        access = _read(connection, position, user_id)
        self._known.put((position.space, user_id), access)
        return access

    def allowed(
        self, connection: Connection, position: Configuration, principal: Principal, action: str
    ) -> Access:
        """The standing of a member who may do ``action``. Raises SpaceNotFound, Forbidden."""
        access = self.access(connection, position, principal.user_id)
        policy.decide(principal, action, access.role)
        return access


def _read(connection: Connection, position: Configuration, user_id: str) -> Access:
    row = _MEMBER.row(connection, space=position.space, user_id=user_id)
    if row is None:
        raise SpaceNotFound
    role, realms = row
    return Access(
        space=position.space,
        user_id=user_id,
        role=role,
        realms=frozenset(orjson.loads(realms)),
        config_seq=position.config_seq,
        epoch=position.epoch,
    )

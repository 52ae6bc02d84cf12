"""Spaces themselves: finding one's own, making and renaming them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from service.audit.store import audit
from service.auth import policy
from service.auth.principal import Principal
from service.changes.errors import SpaceNotFound
from service.changes.log import Log, OpenLog
from service.core.db import Database
from service.core.ids import new_id
from service.core.precondition import Position, Precondition
from service.core.settings import Settings
from service.spaces import store
from service.spaces.access import REALMS_MAX, AccessBook
from service.spaces.declare import COLLECTIONS_MAX
from service.spaces.index import FIELDS_MAX, INDEXES_MAX
from service.spaces.members import MEMBERS_MAX, Members
from service.spaces.schema import SCHEMA_BYTES_MAX

Limits = Mapping[str, int]


def limits_of(settings: Settings) -> Limits:
    """What a space holds its clients to. Units stand last in the names."""
    return {
        "record_bytes_max": settings.record_bytes_max,
        "push_mutations_max": settings.push_mutations_max,
        "push_bytes_max": settings.push_bytes_max,
        "changes_page_bytes_max": settings.changes_page_bytes_max,
        "upload_bytes_max": settings.upload_bytes_max,
        "retention_days": settings.retention_days,
        "members_max": MEMBERS_MAX,
        "realms_per_member_max": REALMS_MAX,
        "collections_max": COLLECTIONS_MAX,
        "schema_bytes_max": SCHEMA_BYTES_MAX,
        "indexes_per_collection_max": INDEXES_MAX,
        "fields_per_index_max": FIELDS_MAX,
    }


@dataclass(frozen=True, slots=True)
class SeenSpace:
    """A space, and the caller's own standing in it."""

    id: str
    name: str
    head: int
    floor: int
    epoch: str
    config_seq: int
    created_at: str
    updated_at: str
    role: str
    realms: tuple[str, ...]
    limits: Limits

    @property
    def place(self) -> Position:
        """Where it stands for a precondition: records are not part of what is changed here."""
        return self.epoch, self.config_seq

    def as_dict(self) -> dict[str, Any]:
        """As an answer has it."""
        return {
            "id": self.id,
            "name": self.name,
            "head": self.head,
            "epoch": self.epoch,
            "floor": self.floor,
            "role": self.role,
            "realms": list(self.realms),
            "limits": dict(self.limits),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


class Spaces:
    """The verbs."""

    def __init__(
        self, db: Database, log: Log, access_book: AccessBook, members: Members, limits: Limits
    ) -> None:
        self._db = db
        self._log = log
        self._access_book = access_book
        self._members = members
        self._limits = limits

    def page(self, principal: Principal, after: str, limit: int) -> list[SeenSpace]:
        """The caller's spaces, from behind the id ``after``."""
        policy.decide(principal, "spaces.list")
        with self._db.reading() as connection:
            rows = list(store.spaces_of(connection, principal.user_id, after, limit))
        return [self._seen(row) for row in rows]

    def get(self, principal: Principal, space: str) -> SeenSpace:
        """Raises SpaceNotFound."""
        with self._db.reading() as connection:
            seen = self._find(connection, principal, space)
        policy.decide(principal, "spaces.read", seen.role)
        return seen

    def create(self, principal: Principal, name: str) -> SeenSpace:
        """A new space, which the caller owns."""
        policy.decide(principal, "spaces.create")

        def body(connection: Connection) -> SeenSpace:
            space = new_id("spc")
            store.insert_space(connection, space, name)
            self._members.admit_owner(connection, principal, space)
            audit(connection, principal, "spaces.create", f"spaces/{space}", space)
            return self._find(connection, principal, space)

        return self._db.write(body)

    def rename(
        self, principal: Principal, space: str, name: str, expected: Precondition
    ) -> SeenSpace:
        """Raises SpaceNotFound, Forbidden, PreconditionFailed with ``current``."""

        def body(connection: Connection, log: OpenLog) -> None:
            self._access_book.allowed(connection, log, principal, "spaces.update")
            current = self._find(connection, principal, space)
            expected.require(current.place, current=current.as_dict())
            log.append("space", "update", space, version=log.head + 1, actor=principal.user_id)
            log.configured()
            store.rename_space(connection, space, name)
            audit(connection, principal, "spaces.update", f"spaces/{space}", space)

        self._log.write(space, body)
        return self.get(principal, space)

    def _find(self, connection: Connection, principal: Principal, space: str) -> SeenSpace:
        row = store.space_of(connection, principal.user_id, space)
        if row is None:
            raise SpaceNotFound
        return self._seen(row)

    def _seen(self, row: "sa.Row[Any]") -> SeenSpace:
        kept: dict[str, Any] = row._asdict()
        return SeenSpace(**kept | {"realms": tuple(orjson.loads(row.realms))}, limits=self._limits)

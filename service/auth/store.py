"""Reading and writing users and keys. Each function works on an open connection."""

from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from service.auth.principal import InstanceRole
from service.auth.tables import api_keys, installation, users
from service.core import clock
from service.core.sql import Hot

_CLAIM = Hot(
    "INSERT INTO installation (name, value, at) VALUES (:name, :value, :at) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class User:
    """A person who may hold keys. ``role`` is that in the installation, not in a space."""

    id: str
    email: str | None
    name: str | None
    role: InstanceRole
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A working key, without its text. ``expires_at`` is a timestamp; None is never."""

    id: str
    user_id: str
    name: str
    last4: str
    scopes: tuple[str, ...]
    created_at: str
    created_by: str
    expires_at: str | None
    last_used_at: str | None


def insert_user(connection: Connection, user: User) -> None:
    """Raises IntegrityError when somebody has the email address."""
    connection.execute(sa.insert(users).values(**{c.name: getattr(user, c.name) for c in users.c}))


def find_user(connection: Connection, user_id: str, *, lock: bool = False) -> User | None:
    """``lock`` keeps the user as they are until the transaction ends."""
    query = sa.select(users).where(users.c.id == user_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return User(*row) if row else None


def find_user_by_email(connection: Connection, email: str) -> User | None:
    """``email`` in lower case, as all are kept."""
    row = connection.execute(sa.select(users).where(users.c.email == email)).one_or_none()
    return User(*row) if row else None


def list_users(connection: Connection, after: str, limit: int) -> list[User]:
    """Users in the order they were made, from behind the id ``after``."""
    query = sa.select(users).where(users.c.id > after).order_by(users.c.id).limit(limit)
    return [User(*row) for row in connection.execute(query)]


def lock_admins(connection: Connection) -> set[str]:
    """The ids of all instance admins; none of them changes until the transaction ends."""
    query = sa.select(users.c.id).where(users.c.role == "admin").order_by(users.c.id)
    return set(connection.execute(query.with_for_update()).scalars())


def update_user(connection: Connection, user_id: str, values: dict[str, Any]) -> None:
    """Raises IntegrityError when somebody else has the email address."""
    changed = values | {"updated_at": clock.timestamp()}
    connection.execute(sa.update(users).where(users.c.id == user_id).values(changed))


def delete_user(connection: Connection, user_id: str) -> None:
    """Remove the user and revoke their keys."""
    theirs = sa.and_(api_keys.c.user_id == user_id, api_keys.c.revoked_at.is_(None))
    connection.execute(sa.update(api_keys).where(theirs).values(revoked_at=clock.timestamp()))
    connection.execute(sa.delete(users).where(users.c.id == user_id))


def insert_key(
    connection: Connection, api_key: ApiKey, digest: str, expires_at_ms: int | None
) -> None:
    """Store a key by its digest."""
    connection.execute(
        sa.insert(api_keys).values(
            id=api_key.id,
            user_id=api_key.user_id,
            name=api_key.name,
            digest=digest,
            last4=api_key.last4,
            scopes=orjson.dumps(api_key.scopes).decode(),
            created_at=api_key.created_at,
            created_by=api_key.created_by,
            expires_at_ms=expires_at_ms,
        )
    )


def list_keys(connection: Connection, user_id: str | None, after: str, limit: int) -> list[ApiKey]:
    """Keys that were not revoked, from behind the id ``after``. ``user_id`` None: of everybody."""
    query = _keys(user_id).where(api_keys.c.id > after).order_by(api_keys.c.id).limit(limit)
    return [_as_key(row) for row in connection.execute(query)]


def find_key(connection: Connection, key_id: str, user_id: str | None) -> ApiKey | None:
    """The key, if it was not revoked and is ``user_id``'s (None: anybody's)."""
    row = connection.execute(_keys(user_id).where(api_keys.c.id == key_id)).one_or_none()
    return _as_key(row) if row else None


def count_keys(connection: Connection, user_id: str) -> int:
    """How many keys of ``user_id`` were not revoked."""
    query = sa.select(sa.func.count()).select_from(_keys(user_id).subquery())
    return connection.execute(query).scalar_one()


def update_key(connection: Connection, key_id: str, **values: str) -> None:
    """Set ``name`` or ``revoked_at``."""
    connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(values))


def claim(connection: Connection, name: str, value: str) -> bool:
    """Make ``name`` a fact of this installation; False when somebody was first."""
    return _CLAIM.run(connection, name=name, value=value, at=clock.timestamp()) == 1


def is_claimed(connection: Connection, name: str) -> bool:
    """Whether ``name`` is a fact of this installation."""
    query = sa.select(installation.c.at).where(installation.c.name == name)
    return connection.execute(query).one_or_none() is not None


def _keys(user_id: str | None) -> "sa.Select[Any]":
    query = sa.select(api_keys).where(api_keys.c.revoked_at.is_(None))
    return query if user_id is None else query.where(api_keys.c.user_id == user_id)


def _as_key(row: "sa.Row[Any]") -> ApiKey:
    return ApiKey(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        last4=row.last4,
        scopes=tuple(orjson.loads(row.scopes)),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at_ms and clock.timestamp(row.expires_at_ms),
        last_used_at=row.last_used_at,
    )

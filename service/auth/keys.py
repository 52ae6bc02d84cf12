"""API keys: making, naming and revoking them.

A key's text exists once, in the answer that made it. Whoever makes a key can give it no scope that
their own credential lacks. People see their own keys; those who look after the installation see
everybody's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection

from service.auth import key, policy, store
from service.auth.errors import KeyNotFound, TooManyKeys, UserNotFound
from service.auth.principal import Principal
from service.auth.store import ApiKey
from service.core import clock
from service.core.db import Database
from service.core.errors import FieldError, Invalid
from service.core.ids import new_id

KEYS_PER_USER_MAX: Final = 100


class Audit(Protocol):
    """How the audit is told: ``service.audit.store.audit``."""

    def __call__(
        self, connection: Connection, actor: Principal, action: str, resource: str, /
    ) -> None:
        """Write one event in the open transaction."""
        ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be. Without ``user_id`` it is the caller's; without expiry it stays."""

    name: str
    scopes: tuple[str, ...]
    user_id: str | None = None
    expires_at_ms: int | None = None


class Keys:
    """The verbs. ``changed`` is called after each commit that takes a right away."""

    def __init__(self, db: Database, audit: Audit, changed: Callable[[], None]) -> None:
        self._db = db
        self._audit = audit
        self._changed = changed

    def page(
        self, principal: Principal, user_id: str | None, after: str, limit: int
    ) -> list[ApiKey]:
        """Those of ``user_id``, or all that one may see, from behind the id ``after``."""
        policy.decide(principal, "keys.read")
        with self._db.reading() as connection:
            if user_id not in (None, principal.user_id) and not principal.is_admin:
                return []
            return store.list_keys(connection, _visible(principal, user_id), after, limit)

    def get(self, principal: Principal, key_id: str) -> ApiKey:
        """Raises KeyNotFound."""
        policy.decide(principal, "keys.read")
        with self._db.reading() as connection:
            return _found(connection, principal, key_id)

    def create(self, principal: Principal, new: NewKey) -> tuple[ApiKey, str]:
        """The key, and its text, for the only time.

        Raises InsufficientScope, Invalid, UserNotFound, TooManyKeys.
        """
        policy.decide(principal, "keys.manage")
        _check(principal, new)

        def body(connection: Connection) -> tuple[ApiKey, str]:
            owner = _owner(connection, principal, new.user_id)
            made = mint(connection, owner, new, created_by=principal.user_id)
            self._audit(connection, principal, "keys.create", f"api-keys/{made[0].id}")
            return made

        return self._db.write(body)

    def rename(self, principal: Principal, key_id: str, name: str) -> ApiKey:
        """Raises KeyNotFound."""
        policy.decide(principal, "keys.manage")

        def body(connection: Connection) -> ApiKey:
            _found(connection, principal, key_id)
            store.update_key(connection, key_id, name=name)
            self._audit(connection, principal, "keys.rename", f"api-keys/{key_id}")
            return _found(connection, principal, key_id)

        return self._db.write(body)

    def revoke(self, principal: Principal, key_id: str) -> None:
        """From now on it opens nothing. Raises KeyNotFound."""
        policy.decide(principal, "keys.manage")

        def body(connection: Connection) -> None:
            _found(connection, principal, key_id)
            store.update_key(connection, key_id, revoked_at=clock.timestamp())
            self._audit(connection, principal, "keys.revoke", f"api-keys/{key_id}")

        self._db.write(body)
        self._changed()


def mint(
    connection: Connection, user_id: str, new: NewKey, *, created_by: str
) -> tuple[ApiKey, str]:
    """Make a key inside a transaction that is open already; the caller has decided that it may be.

    Raises TooManyKeys.
    """
    if store.count_keys(connection, user_id) >= KEYS_PER_USER_MAX:
        raise TooManyKeys(limits={"keys_per_user_max": KEYS_PER_USER_MAX})
    text = key.make()
    made = ApiKey(
        id=new_id("key"),
        user_id=user_id,
        name=new.name,
        last4=text[-4:],
        scopes=tuple(sorted(set(new.scopes))),
        created_at=clock.timestamp(),
        created_by=created_by,
        expires_at=None if new.expires_at_ms is None else clock.timestamp(new.expires_at_ms),
        last_used_at=None,
    )
    store.insert_key(connection, made, key.digest(text), new.expires_at_ms)
    return made, text


def _check(principal: Principal, new: NewKey) -> None:
    unknown = [
        FieldError("There is no such scope.", pointer=f"#/scopes/{n}", code="unknown_scope")
        for n, scope in enumerate(new.scopes)
        if scope not in policy.SCOPES
    ]
    if unknown:
        raise Invalid(errors=unknown)
    if new.expires_at_ms is not None and new.expires_at_ms <= clock.now_ms():
        raise Invalid(errors=[FieldError("It must lie in the future.", pointer="#/expires_at")])
    policy.require_scopes(principal, new.scopes)


def _owner(connection: Connection, principal: Principal, user_id: str | None) -> str:
    """The user whose key it will be, kept from leaving until the key is there."""
    visible = user_id in (None, principal.user_id) or principal.is_admin
    user = store.find_user(connection, user_id or principal.user_id, lock=True) if visible else None
    if user is None:
        raise UserNotFound
    return user.id


def _visible(principal: Principal, user_id: str | None) -> str | None:
    """Whose keys a query may find; None is everybody's."""
    return user_id if principal.is_admin else principal.user_id


def _found(connection: Connection, principal: Principal, key_id: str) -> ApiKey:
    found = store.find_key(connection, key_id, _visible(principal, None))
    if found is None:
        raise KeyNotFound
    return found

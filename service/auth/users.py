"""The people of this installation. Only those who look after it see the list and change it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from service.auth import policy, store
from service.auth.errors import EmailTaken, LastAdmin, UserNotFound
from service.auth.keys import Audit
from service.auth.principal import InstanceRole, Principal
from service.auth.store import User
from service.core import clock
from service.core.db import Database
from service.core.ids import new_id

Leaving = Callable[[Principal, str], None]
"""``(principal, user_id)``: a higher room parts with a user; it may refuse by raising.

It is asked again when the user is gone, for what they were given meanwhile.
"""


class Users:
    """The verbs. ``changed`` is called after each commit that may have taken a right away."""

    def __init__(self, db: Database, audit: Audit, changed: Callable[[], None]) -> None:
        self._db = db
        self._audit = audit
        self._changed = changed
        self._leaving: list[Leaving] = []

    def when_leaving(self, listener: Leaving) -> None:
        """Call ``listener`` before a user is deleted, and after; what it raises keeps the user."""
        self._leaving.append(listener)

    def page(self, principal: Principal, after: str, limit: int) -> list[User]:
        """Users from behind the id ``after``."""
        policy.decide(principal, "users.read")
        with self._db.reading() as connection:
            return store.list_users(connection, after, limit)

    def get(self, principal: Principal, user_id: str) -> User:
        """Raises UserNotFound."""
        policy.decide(principal, "users.read")
        with self._db.reading() as connection:
            return _found(connection, user_id)

    def find(self, who: str) -> User:
        """The user with this id or email address, for scripts: nobody is asked for rights.

        Raises UserNotFound.
        """
        with self._db.reading() as connection:
            user = store.find_user(connection, who)
            user = user or store.find_user_by_email(connection, who.strip().lower())
        if user is None:
            raise UserNotFound
        return user

    def create(
        self, principal: Principal, email: str | None, name: str | None, role: InstanceRole
    ) -> User:
        """A user without keys: make them one. Raises EmailTaken."""
        policy.decide(principal, "users.manage")
        user = new_user(email, name, role)

        def body(connection: Connection) -> User:
            store.insert_user(connection, user)
            self._audit(connection, principal, "users.create", f"users/{user.id}")
            return user

        return self._write(body)

    def update(self, principal: Principal, user_id: str, values: dict[str, Any]) -> User:
        """Set some of ``email``, ``name``, ``role``. Raises UserNotFound, EmailTaken, LastAdmin."""
        policy.decide(principal, "users.manage")
        if "email" in values:
            values = values | {"email": normal_email(values["email"])}

        def body(connection: Connection) -> User:
            _found(connection, user_id)
            if values.get("role") == "member":
                _keep_an_admin(connection, user_id)
            store.update_user(connection, user_id, values)
            self._audit(connection, principal, "users.update", f"users/{user_id}")
            return _found(connection, user_id)

        user = self._write(body)
        self._changed()
        return user

    def delete(self, principal: Principal, user_id: str) -> None:
        """They leave their spaces, their keys are revoked, what they wrote stays under their id.

        Raises UserNotFound, LastAdmin, and what keeps them in a space.
        """
        policy.decide(principal, "users.manage")
        with self._db.reading() as connection:
            _check_deletable(connection, user_id)
        self._part(principal, user_id)

        def body(connection: Connection) -> None:
            _check_deletable(connection, user_id)
            store.delete_user(connection, user_id)
            self._audit(connection, principal, "users.delete", f"users/{user_id}")

        self._db.write(body)
        self._changed()
        self._part(principal, user_id)

    def _part(self, principal: Principal, user_id: str) -> None:
        for leave in self._leaving:
            leave(principal, user_id)

    def _write(self, body: Callable[[Connection], User]) -> User:
        try:
            return self._db.write(body)
        except IntegrityError as error:
            raise EmailTaken from error


def new_user(email: str | None, name: str | None, role: InstanceRole) -> User:
    """A user who is not stored yet."""
    at = clock.timestamp()
    return User(new_id("usr"), normal_email(email), name, role, created_at=at, updated_at=at)


def normal_email(email: str | None) -> str | None:
    """As it is kept and compared: without regard to case."""
    return email.strip().lower() if email else None


def _found(connection: Connection, user_id: str) -> User:
    user = store.find_user(connection, user_id)
    if user is None:
        raise UserNotFound
    return user


def _check_deletable(connection: Connection, user_id: str) -> None:
    _found(connection, user_id)
    _keep_an_admin(connection, user_id)


def _keep_an_admin(connection: Connection, user_id: str) -> None:
    if store.lock_admins(connection) == {user_id}:
        raise LastAdmin

"""The first user. No account exists from the start: whoever set the service up makes one, once.

They prove it with BOOTSTRAP_TOKEN, or by having a shell. A unique row decides between several who
try at the same time, and stands for ever: a token that leaks later opens nothing.
"""

import hmac
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from service.auth import store
from service.auth.errors import Bootstrapped, InvalidBootstrapToken
from service.auth.keys import Audit, NewKey, mint
from service.auth.policy import EVERY_SCOPE
from service.auth.principal import Principal
from service.auth.store import ApiKey, User
from service.auth.users import new_user
from service.core.db import Database

FACT = "bootstrap"

Welcome = Callable[[Connection, Principal], None]
"""A higher room takes the first user in, inside the transaction that makes them."""


class FirstAdmin(NamedTuple):
    """The user, their key, and the key's text."""

    user: User
    api_key: ApiKey
    text: str


class Bootstrap:
    """``welcome`` makes the first user the owner of the space that exists from the start."""

    def __init__(self, db: Database, token: str | None, audit: Audit, welcome: Welcome) -> None:
        self._db = db
        self._token = token
        self._audit = audit
        self._welcome = welcome

    def is_open(self) -> bool:
        """Whether nobody has bootstrapped yet."""
        with self._db.reading() as connection:
            return not store.is_claimed(connection, FACT)

    def check(self, token: str) -> None:
        """Raise InvalidBootstrapToken unless ``token`` may, and Bootstrapped if it is too late."""
        expected = self._token or ""
        if not hmac.compare_digest(token.encode(), expected.encode()) or not expected:
            raise InvalidBootstrapToken
        if not self.is_open():
            raise Bootstrapped

    def by_token(self, email: str, name: str | None) -> FirstAdmin:
        """For whoever has passed ``check``. Raises Bootstrapped."""
        return self._make(email, name, "bootstrap")

    def by_shell(self, email: str, name: str | None) -> FirstAdmin:
        """For whoever can run a script here. Raises Bootstrapped."""
        return self._make(email, name, "shell")

    def _make(self, email: str, name: str | None, credential: str) -> FirstAdmin:
        user = new_user(email, name, "admin")
        principal = Principal(user.id, credential, frozenset({EVERY_SCOPE}), "admin")

        def body(connection: Connection) -> FirstAdmin:
            if not store.claim(connection, FACT, user.id):
                raise Bootstrapped
            store.insert_user(connection, user)
            new = NewKey(name="First key", scopes=(EVERY_SCOPE,))
            api_key, text = mint(connection, user.id, new, created_by=user.id)
            self._welcome(connection, principal)
            self._audit(connection, principal, "bootstrap", f"users/{user.id}")
            return FirstAdmin(user, api_key, text)

        return self._db.write(body)

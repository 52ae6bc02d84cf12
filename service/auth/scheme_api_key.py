"""API keys: ``Authorization: Bearer syn_sk_…``.

A key is looked up by its SHA-256 and remembered for a second, so that a revocation which no message
told of takes effect within that second. One that did (``forget``) takes effect at once.
"""

import time
from dataclasses import dataclass

import orjson

from service.auth import key
from service.auth.errors import InvalidToken
from service.auth.last_used import LastUsed
from service.auth.principal import Principal
from service.auth.scheme import Request, bearer
from service.core import clock
from service.core.db import Database
from service.core.recent import Recent
from service.core.sql import Hot

REMEMBERED_SECONDS = 1.0
REMEMBERED_KEYS_MAX = 10_000

_FIND = Hot(
    "SELECT k.id, k.user_id, k.scopes, k.expires_at_ms, k.revoked_at, u.role"
    " FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.digest = :digest"
)


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    expires_at_ms: int | None
    read_at: float


class ApiKeyScheme:
    """Turns keys into principals."""

    def __init__(self, db: Database, last_used: LastUsed) -> None:
        self._db = db
        self._last_used = last_used
        self._known: Recent[str, _Known] = Recent(REMEMBERED_KEYS_MAX)

    def authenticate(self, request: Request) -> Principal | None:
        """Whose key it is. Raises InvalidToken."""
        text = bearer(request)
        if not text.startswith(key.PREFIX):
            return None
        digest = key.digest(text)
        known = self._known.get(digest)
        if known is None or time.monotonic() - known.read_at > REMEMBERED_SECONDS:
            known = self._look_up(text, digest)
        if known.expires_at_ms is not None and known.expires_at_ms <= clock.now_ms():
            raise InvalidToken("The API key has expired.")
        self._last_used.note(known.principal.key_id)
        return known.principal

    def forget(self) -> None:
        """Look every key up again: one of them, or its user, has changed."""
        self._known = Recent(REMEMBERED_KEYS_MAX)

    def _look_up(self, text: str, digest: str) -> _Known:
        if not key.check(text):
            raise InvalidToken("The API key is mistyped or cut off: its checksum does not fit.")
        remembered = (
            self._known
        )  # what is read now belongs to the time before a `forget` that comes meanwhile
        with self._db.reading() as connection:
            row = _FIND.row(connection, digest=digest)
        if row is None:
            raise InvalidToken("There is no such API key.")
        known = _known(row)
        remembered.put(digest, known)
        return known


def _known(row: tuple[object, ...]) -> _Known:
    key_id, user_id, scopes, expires_at_ms, revoked_at, role = row
    if revoked_at is not None:
        raise InvalidToken("The API key was revoked.")
    principal = Principal(str(user_id), str(key_id), frozenset(orjson.loads(str(scopes))), role)  # type: ignore[arg-type]
    return _Known(principal, expires_at_ms, time.monotonic())  # type: ignore[arg-type]

"""One secret, many keys: what ``SECRET_KEY`` is good for.

Each use (cursors of changes, of lists …) has a key of its own, so that nothing made for one use
is good for another. While ``SECRET_KEY_PREVIOUS`` is set, what the key before made is still good.
"""

import hmac
from threading import Lock

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
TAG_BYTES = 16


class Keyring:
    """The keys that ``current`` and, for what is older, ``previous`` give (HKDF, RFC 5869)."""

    def __init__(self, current: str, previous: str | None = None) -> None:
        self._secrets = [secret.encode() for secret in (current, previous) if secret]
        self._known: dict[str, tuple[bytes, ...]] = {}
        self._mutex = Lock()

    def derive(self, use: str) -> bytes:
        """The 32 bytes of the current key for ``use``."""
        return self.keys(use)[0]

    def keys(self, use: str) -> tuple[bytes, ...]:
        """The keys for ``use``, the current one first."""
        with self._mutex:
            if use not in self._known:
                self._known[use] = tuple(_derive(secret, use) for secret in self._secrets)
            return self._known[use]

    def sign(self, use: str, payload: bytes) -> bytes:
        """The signature of ``payload``: HMAC-SHA256, cut to 16 bytes (RFC 2104 §5)."""
        return _tag(self.derive(use), payload)

    def verify(self, use: str, payload: bytes, signature: bytes) -> bool:
        """Whether the current or the previous key signed ``payload``, found in constant time."""
        matches = [hmac.compare_digest(_tag(key, payload), signature) for key in self.keys(use)]
        return any(matches)


def _tag(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:TAG_BYTES]


def _derive(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"syncline {use}".encode()).derive(secret)

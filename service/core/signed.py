"""Opaque tokens: what the server hands out and believes when it comes back.

``Signer`` makes tokens that nobody can alter. ``Sealer`` makes tokens that nobody can read either,
for positions in data that their bearer may not be allowed to see. Both are short, fit into a URL,
are bound to the use they were made for, and are the same for the same value: one of JSON's kinds,
bytes, or an infinity.
"""

from binascii import Error as BadBase64
from binascii import a2b_base64, b2a_base64
from contextlib import suppress
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from service.core.keyring import TAG_BYTES, Keyring

TOKEN_CHARACTERS_MAX = 2000

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/***")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class BadToken(ValueError):
    """This was not made here, not for this, or was altered."""


class Signer:
    """Tokens that cannot be altered: the value, and 16 bytes of HMAC-SHA256."""

    def __init__(self, keyring: Keyring, use: str) -> None:
        self._keyring = keyring
        self._use = use

    def dumps(self, value: object) -> str:
        """The token for ``value``. Raises ValueError if it would be too long."""
        payload = _encode(value)
        return _text(self._keyring.sign(self._use, payload) + payload)

    def loads(self, token: str) -> Any:
        """The value that ``token`` was made for. Raises BadToken."""
        octets = _octets(token)
        signature, payload = octets[:TAG_BYTES], octets[TAG_BYTES:]
        if not payload or not self._keyring.verify(self._use, payload, signature):
            raise BadToken
        return _decode(payload)


class Sealer:
    """Tokens that cannot be read or altered: AES-128-SIV (RFC 5297), which needs no nonce."""

    def __init__(self, keyring: Keyring, use: str) -> None:
        self._ciphers = [AESSIV(key) for key in keyring.keys(use)]

    def dumps(self, value: object) -> str:
        """The token for ``value``. Raises ValueError if it would be too long."""
        return _text(self._ciphers[0].encrypt(_encode(value), None))

    def loads(self, token: str) -> Any:
        """The value that ``token`` was made for. Raises BadToken."""
        sealed = _octets(token)
        for cipher in self._ciphers:
            with suppress(InvalidTag):
                return _decode(cipher.decrypt(sealed, None))
        raise BadToken


def _text(octets: bytes) -> str:
    token = b2a_base64(octets, newline=False).translate(_TO_URL).rstrip(b"=").decode()
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise ValueError("This value makes too long a token.")
    return token


def _octets(token: str) -> bytes:
    if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        raise BadToken
    padded = token.encode().translate(_FROM_URL) + b"=" * (-len(token) % 4)
    try:
        return a2b_base64(padded, strict_mode=True)
    except BadBase64:
        raise BadToken from None

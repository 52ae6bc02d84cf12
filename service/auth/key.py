"""The text of an API key: ``syn_sk_``, 32 random base 62 digits (190 bits), 6 more of a CRC32.

The prefix lets secret scanners find a leaked key (``PATTERN`` is what they need), one double click
selects all of it, and the checksum refuses a mistyped key before anything is looked up. A key is
random enough that a plain SHA-256 of it can be stored.
"""

import re
import secrets
import zlib
from hashlib import sha256
from typing import Final

PREFIX: Final = "syn_sk_"
PATTERN: Final = r"\bsyn_sk_[0-9A-Za-z]{38}\b"

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_DIGITS = 32
_CHECK_DIGITS = 6
_WHOLE = re.compile(PATTERN)


def make() -> str:
    """A new key. Show it once; keep only its ``digest``."""
    body = PREFIX + "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM_DIGITS))
    return body + _checksum(body)


def check(text: str) -> bool:
    """Whether ``text`` has the form of a key. Nothing is said of its rights."""
    is_whole = _WHOLE.fullmatch(text) is not None
    return is_whole and text[-_CHECK_DIGITS:] == _checksum(text[:-_CHECK_DIGITS])


def digest(text: str) -> str:
    """The SHA-256 that a key is stored and looked up by, in hex."""
    return sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    return "".join(_DIGITS[number // 62**place % 62] for place in range(_CHECK_DIGITS - 1, -1, -1))

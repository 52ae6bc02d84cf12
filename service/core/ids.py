"""Names for things: they sort by the time they were made, and nobody can guess the next one."""

import secrets
import uuid

from service.core import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_RANDOM_BITS = 80


def new_id(prefix: str) -> str:
    """A client-readable id, ``job_01jd8x…``: a prefix, 48 bits of milliseconds, 80 random bits."""
    number = clock.now_ms() << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return f"{prefix}_{_base32(number, 26)}"


def new_record_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7)."""
    number = clock.now_ms() << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=number | 0b10 << 62 | secrets.randbits(62)))


def new_epoch() -> str:
    """The name of one unbroken history of a space; another after a restored backup."""
    return _base32(secrets.randbits(50), 10)


def _base32(number: int, width: int) -> str:
    digits = [_ALPHABET[number >> shift & 31] for shift in range(5 * (width - 1), -1, -5)]
    return "".join(digits)

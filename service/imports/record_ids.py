"""The ids of imported records.

With ``key=`` an id says which row it came from: the value itself where that is an id, else a digest
of the key, so that the same row gets the same id in every import. Without, ids are UUIDv7 that are
worked out from job and row: a chunk that is written again writes the same records, and they sort as
the rows do.
"""

import re
import uuid
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from service.core import jsontext, names
from service.jobs.job import Job, Json

IdOf = Callable[[Json, int], str | None]
"""``(data, row number) -> id``; None where the row has no key."""

_ID = re.compile(names.RECORD_ID)


def keyed(key: Sequence[str]) -> IdOf:
    """Ids from the members ``key`` of data, in that order."""

    def id_of(data: Json, _number: int) -> str | None:
        values = [data.get(name) for name in key]
        return None if any(value in (None, "") for value in values) else _id_of_key(values)

    return id_of


def numbered(job: Job) -> IdOf:
    """Ids from the job and the number of the row, which is in the leading random bits.

    They are UUIDv7 (RFC 9562 §5.7), of the moment when the job was made.
    """
    ms = int(datetime.fromisoformat(job.created_at).timestamp() * 1000)

    def id_of(_data: Json, number: int) -> str:
        digest = int.from_bytes(sha256(f"{job.id}/{number}".encode()).digest()[:6])
        high, low = number >> 20 & 0xFFF, number & 0xFFFFF
        bits = ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low << 42 | digest & 0x3FFFFFFFFFF
        return str(uuid.UUID(int=bits))

    return id_of


def _id_of_key(values: list[Any]) -> str:
    if len(values) == 1:
        text = values[0] if isinstance(values[0], str) else jsontext.canonical(values[0])
        if _ID.fullmatch(text):
            return text
    digest = sha256(jsontext.canonical(values).encode()).digest()
    return f"k_{b32encode(digest).decode().rstrip('=').lower()}"

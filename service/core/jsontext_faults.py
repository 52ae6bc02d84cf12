"""Where a JSON text breaks the rules that ordinary parsers do not keep. Slow, and seldom asked."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from service.core.errors import FieldError
from service.core.pointer import pointer

INTEGER_MAX = 2**53 - 1
FAULTS_MAX = 20
DUPLICATE_KEY = "duplicate_key"

_INTEGER_DIGITS_MAX = len(str(INTEGER_MAX))

Path = tuple[str | int, ...]


class _Members(list[tuple[str, Any]]):
    """An object's members in order, repeated keys included."""


class _UnsafeInteger:
    """Stands for an integer that was too long to be worth making."""


def faults(body: bytes) -> list[FieldError]:
    """The first FAULTS_MAX repeated keys, unsafe texts and unsafe integers in ``body``.

    Raises ValueError when it is not JSON at all, RecursionError when it is nested beyond reason.
    """
    value = json.loads(body.decode(), object_pairs_hook=_Members, parse_int=_integer)
    return list(islice(_walk(value, ()), FAULTS_MAX))


def _integer(digits: str) -> int | _UnsafeInteger:
    if len(digits.lstrip("-")) > _INTEGER_DIGITS_MAX or abs(int(digits)) > INTEGER_MAX:
        return _UnsafeInteger()
    return int(digits)


def _walk(value: object, path: Path) -> Iterator[FieldError]:
    if isinstance(value, _Members):
        yield from _walk_members(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))
    elif isinstance(value, str) and not is_safe_text(value):
        yield _fault("Text must not hold U+0000 or half a surrogate pair.", path, "unsafe_text")
    elif isinstance(value, _UnsafeInteger):
        yield _fault("Send whole numbers beyond ±(2^53 - 1) as strings.", path, "unsafe_integer")


def _walk_members(members: _Members, path: Path) -> Iterator[FieldError]:
    seen = set()
    for key, value in members:
        place = (*path, key)
        if key in seen:
            yield _fault("This key stands in its object more than once.", place, DUPLICATE_KEY)
        if not is_safe_text(key):
            yield _fault(
                "Keys must not hold U+0000 or half a surrogate pair.", place, "unsafe_text"
            )
        seen.add(key)
        yield from _walk(value, place)


def is_safe_text(text: str) -> bool:
    """Whether both databases and every client can keep ``text``: no U+0000, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _fault(detail: str, path: Path, code: str) -> FieldError:
    return FieldError(detail, pointer=pointer(path), code=code)

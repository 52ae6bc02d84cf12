"""marshmallow's messages as the ``errors`` of a problem."""

from collections.abc import Iterator
from typing import Any, Final

from service.core.errors import FieldError
from service.core.pointer import pointer

Path = tuple[str | int, ...]

_CODES: Final = {
    "Missing data for required field.": "required",
    "Field may not be null.": "null",
    "Unknown field.": "unknown",
}


def field_errors(messages: Any, location: str = "json") -> list[FieldError]:
    """The tree of ``messages`` as a list; with pointers into a body, else parameter names."""
    return [_field_error(path, text, location) for path, text in _leaves(messages, ())]


def _field_error(path: Path, text: str, location: str) -> FieldError:
    code = _CODES.get(text, "invalid")
    if location == "json":
        return FieldError(text, pointer=pointer(path), code=code)
    return FieldError(text, parameter=str(path[0]) if path else None, code=code)


def _leaves(messages: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, key))
    else:
        for text in [messages] if isinstance(messages, str) else messages:
            yield path, str(text)

"""Parsed JSON into typed values, by compiled decoders: where marshmallow is too slow."""

from typing import Any, TypeVar

import msgspec

from service.core.errors import FieldError, Invalid

T = TypeVar("T")


def typed(value: Any, kind: type[T]) -> T:
    """``value`` as a ``kind`` (a msgspec.Struct, say). Raises Invalid with pointers."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Invalid(errors=[field_error(error)]) from None


def field_error(error: msgspec.ValidationError) -> FieldError:
    """What msgspec says as ``what - at `$.path[0]```, as text and JSON Pointer."""
    what, _, path = str(error).partition(" - at `$")
    steps = path.rstrip("`").replace("[", ".").replace("]", "").split(".")[1:]
    return FieldError(what, pointer="#" + "".join(f"/{step}" for step in steps))

"""JSON Schema 2020-12, compiled: what a collection asks of its records' data.

The compiled form answers ``accepts`` in about a microsecond; why something was refused is asked for
only then, and only as far as the answer stays cheap. Regular expressions run in linear time,
nothing is ever fetched, and messages never repeat the data.
"""

from itertools import islice
from typing import Any, Final, NoReturn

import jsonschema_rs
import orjson
from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from service.core.errors import FieldError
from service.core.pointer import pointer
from service.spaces.schema_shape import DIALECT, Shape, refused, shape_of

SCHEMA_BYTES_MAX: Final = 64 * 1024
ERRORS_MAX: Final = 20

_REGEX_BYTES_MAX = 1024 * 1024
_DETAIL_CHARACTERS_MAX = 300
_EXPLAINED_CHECKS_MAX = 20_000
_CHECKS_MAX = 1_000_000
"""Some 15 ms: nothing else happens in the process while one record is checked."""
_TOO_MUCH_WORK = FieldError(
    "To check so many values against this schema takes too long. Make records smaller.",
    pointer="#/data",
    code="too_much_to_check",
)
_UNEXPLAINED = FieldError(
    "It does not fit the collection's schema. It is too large to say where.",
    pointer="#/data",
    code="schema",
)


class Validator:
    """A compiled schema. Make one with ``compile_schema``."""

    __slots__ = ("_compiled", "_shape", "accepts")

    def __init__(self, compiled: Draft202012Validator, shape: Shape) -> None:
        self._compiled = compiled
        self._shape = shape
        self.accepts = compiled.is_valid
        """``accepts(instance) -> bool``: whether the value fits."""

    def errors(self, instance: Any) -> list[FieldError]:
        """At most ERRORS_MAX reasons why it does not fit, with pointers below ``#/data``."""
        if self._shape.for_each_value * _count_values(instance) > _CHECKS_MAX:
            return [_TOO_MUCH_WORK]
        if self.accepts(instance):
            return []
        if self._shape.weight * _count_values(instance) <= _EXPLAINED_CHECKS_MAX:
            return [
                _as_field_error(e) for e in islice(self._compiled.iter_errors(instance), ERRORS_MAX)
            ]
        # The library collects every reason there is, and every reason of every alternative: for
        # large data that can be more than fits in memory.
        return [_UNEXPLAINED if self._shape.alternatives else self._first_error(instance)]

    def _first_error(self, instance: Any) -> FieldError:
        try:
            self._compiled.validate(instance)
        except ValidationError as error:
            return _as_field_error(error)
        return _UNEXPLAINED


def compile_schema(schema: dict[str, Any]) -> Validator:
    """The validator for ``schema``. Raises InvalidSchema, with pointers below ``#/schema``."""
    if len(orjson.dumps(schema)) > SCHEMA_BYTES_MAX:
        raise refused(f"It has more than {SCHEMA_BYTES_MAX:,} bytes.", ())
    if schema.get("$schema", DIALECT) not in (DIALECT, DIALECT + "#"):
        raise refused(f"The dialect must be {DIALECT}.", ("$schema",))
    try:
        jsonschema_rs.meta.validate({**schema, "$schema": DIALECT})
        shape = shape_of(schema)
        return Validator(_compile(schema), shape)
    except ValidationError as error:
        raise refused(_short(error.message), tuple(error.instance_path)) from None


def _compile(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema,
        validate_formats=True,
        retriever=_refuse_to_retrieve,
        mask="This value",
        pattern_options=RegexOptions(size_limit=_REGEX_BYTES_MAX, dfa_size_limit=_REGEX_BYTES_MAX),
    )


def _refuse_to_retrieve(uri: str) -> NoReturn:
    raise ValueError(f"nothing is fetched: {uri}")


def _as_field_error(error: ValidationError) -> FieldError:
    path = ["data", *error.instance_path]
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        path.append(error.kind.property)
    return FieldError(_short(error.message), pointer=pointer(path), code=error.kind.name)


def _short(message: str) -> str:
    text = message.splitlines()[0] if message else "It is not valid."
    return text if len(text) <= _DETAIL_CHARACTERS_MAX else f"{text[:_DETAIL_CHARACTERS_MAX]} …"


def _count_values(instance: Any) -> int:
    """About how many values ``instance`` consists of, never too few."""
    text = orjson.dumps(instance)
    return 1 + text.count(b",") + text.count(b":") + text.count(b"[")

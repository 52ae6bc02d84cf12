"""Cells into values, by the types that a collection's schema gives its properties.

A cell is text. It becomes a number, a boolean or JSON only where the schema asks for that and not
for text: leading zeros survive, and nothing is inferred from what a value looks like. A cell that
does not read as what the schema asks for stays text, and validation then says what is wrong with
it. An empty cell is an absent member, unless the schema wants text there; where the member is
required and may be null it is null.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from service.core import jsontext
from service.core.errors import ServiceError
from service.core.jsontext_faults import INTEGER_MAX
from service.jobs.job import Json

Convert = Callable[[str], Any]

REFERENCES_MAX: Final = 8
_ABSENT: Final = object()
_HIDDEN: Final = (lambda _cell: _ABSENT, _ABSENT)
_INTEGER = re.compile(r"-?[0-9]{1,16}")
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_WORDS: Final = {"true": True, "false": False, "1": True, "0": False}
_JSON_TYPE: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}


class Cells:
    """Makes a JSON object of a row, without the column ``hidden`` (None: of all columns)."""

    def __init__(self, columns: Sequence[str], schema: Json | None, hidden: str | None) -> None:
        self._members = [
            (name, *(_HIDDEN if name == hidden else _manner(schema or {}, name)))
            for name in columns
        ]

    def object_of(self, cells: Sequence[str]) -> Json:
        """The members that the row has values for."""
        made = {}
        for (name, convert, empty), cell in zip(self._members, cells, strict=True):
            value = convert(cell) if cell and convert else cell or empty
            if value is not _ABSENT:
                made[name] = value
        return made


def _manner(schema: Json, name: str) -> tuple[Convert | None, object]:
    """How to convert a member's cells (None: not at all), and what an empty one means."""
    types = _types(_property(schema, name), schema, REFERENCES_MAX)
    if "string" in types:
        return None, ""
    is_null = "null" in types and name in schema.get("required", ())
    converters = [convert for type_, convert in _CONVERTERS if type_ in types]
    return _first_of(converters), None if is_null else _ABSENT


def _property(schema: Json, name: str) -> Any:
    declared = schema.get("properties", {})
    return declared.get(name, schema.get("additionalProperties", {}))


def _types(schema: Any, root: Json, depth: int) -> set[str]:
    """The JSON types that ``schema`` names; none if it leaves that open."""
    if not isinstance(schema, dict) or depth == 0:
        return set()
    if "type" in schema:
        named = schema["type"]
        return {named} if isinstance(named, str) else set(named)
    if "$ref" in schema:
        return _types(_target(root, schema["$ref"]), root, depth - 1)
    if "enum" in schema or "const" in schema:
        options = schema.get("enum", [schema.get("const")])
        return {_JSON_TYPE.get(type(option), "null") for option in options}
    alternatives = schema.get("anyOf") or schema.get("oneOf") or ()
    return {name for each in alternatives for name in _types(each, root, depth - 1)}


def _target(root: Json, reference: str) -> Any:
    """Where a reference into the same schema leads."""
    target: Any = root
    for step in reference.split("/")[1:]:
        token = step.replace("~1", "/").replace("~0", "~")
        target = target.get(token) if isinstance(target, dict) else None
    return target


def _first_of(converters: Sequence[Convert]) -> Convert | None:
    if len(converters) < 2:
        return converters[0] if converters else None

    def convert(cell: str) -> Any:
        values = (one(cell) for one in converters)
        return next((value for value in values if value is not cell), cell)

    return convert


def _boolean(cell: str) -> bool | str:
    return _WORDS.get(cell.strip().lower(), cell)


def _integer(cell: str) -> int | str:
    text = cell.strip()
    if not _INTEGER.fullmatch(text) or abs(int(text)) > INTEGER_MAX:
        return cell
    return int(text)


def _number(cell: str) -> float | str:
    whole = _integer(cell)
    if whole is not cell:
        return whole
    text = cell.strip()
    value = float(text) if _NUMBER.fullmatch(text) else float("inf")
    return cell if abs(value) == float("inf") else value


def _json(cell: str) -> Any:
    try:
        value = jsontext.parse(cell.encode())
    except ServiceError:
        return cell
    return value if isinstance(value, dict | list) else cell


_CONVERTERS: Final[tuple[tuple[str, Convert], ...]] = (
    ("integer", _integer),
    ("number", _number),
    ("boolean", _boolean),
    ("object", _json),
    ("array", _json),
)

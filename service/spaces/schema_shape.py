"""How much work a schema can ask for, found out before it is compiled.

JSON Schema can be written so that a small document takes exponential time: by subschemas that refer
to two others that refer to two others, or by a definition that comes back to itself in two ways at
once. Here every reference is followed as the validator would follow it and what it leads to is
counted as often as it would be visited. A definition may come back to itself in one way only (a
tree of comments does), which costs no more than the data is long.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import jsonschema_rs

from service.core.errors import FieldError
from service.core.pointer import pointer
from service.spaces.errors import InvalidSchema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
WEIGHT_MAX: Final = 1000
DEPTH_MAX: Final = 64

_OF_THE_SAME_VALUE = frozenset(
    {"$ref", "allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"}
)
_OF_ONE_MEMBER_EACH = frozenset({"prefixItems", "properties"})
_HOLDS_ONE = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_HOLDS_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_HOLDS_NAMED = frozenset({"dependentSchemas", "patternProperties", "properties"})
_PATTERN_WEIGHT = 10  # each pattern is tried on each member of an object
_ALTERNATIVES = ("anyOf", "oneOf")

Path = tuple[str | int, ...]


class Shape(NamedTuple):
    """``weight``: how many subschemas there are to meet; ``loops``: definitions it comes back to.

    ``here`` is how many of them the value itself may meet and ``below`` how many any one value
    inside of it may: data costs no more than that for each value it consists of.
    With ``alternatives`` (``anyOf``, ``oneOf``) one failure carries the failures of all of them.
    """

    weight: int
    here: int = 1
    below: int = 0
    loops: tuple[str, ...] = ()
    alternatives: bool = False

    @property
    def for_each_value(self) -> int:
        """The most subschemas that one value may meet, wherever in the data it stands."""
        return max(self.here, self.below)


def shape_of(schema: dict[str, Any]) -> Shape:
    """The shape of a schema that is valid. Raises InvalidSchema where it is too much."""
    return _Survey(schema).follow("#", ("$ref",), 0)


class _Survey:
    """One walk over a schema. What a reference leads to is surveyed once."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._surveyed: dict[str, Shape] = {}
        self._open: set[str] = set()

    def follow(self, reference: str, path: Path, depth: int) -> Shape:
        if reference in self._open:
            return Shape(1, loops=(reference,))
        if reference not in self._surveyed:
            target, place = self._find(reference, path)
            self._open.add(reference)
            self._surveyed[reference] = self._survey(target, place, depth + 1)
            self._open.remove(reference)
        shape = self._surveyed[reference]
        return shape._replace(loops=tuple(loop for loop in shape.loops if loop in self._open))

    def _survey(self, schema: Any, path: Path, depth: int) -> Shape:
        if not isinstance(schema, dict):
            return Shape(1)
        _check_resolvable(schema, path)
        if depth > DEPTH_MAX:
            raise refused(f"It is more than {DEPTH_MAX} levels deep.", path)
        parts = [
            (str(place[len(path)]), self._survey(child, place, depth + 1))
            for child, place in _children(schema, path)
        ]
        if "$ref" in schema:
            parts.append(("$ref", self.follow(schema["$ref"], (*path, "$ref"), depth)))
        return _together(schema, parts, path)

    def _find(self, reference: str, path: Path) -> tuple[Any, Path]:
        if reference != "#" and not reference.startswith("#/"):
            raise refused("A reference must lead into this schema: #/$defs/name.", path)
        place: Path = ()
        target: Any = self._root
        for token in reference.split("/")[1:]:
            step = unquote(token).replace("~1", "/").replace("~0", "~")
            target = _step(target, step)
            place = (*place, step)
        if not _is_schema(target):
            raise refused("There is no schema where this reference leads.", path)
        return target, place


def refused(detail: str, path: Path) -> InvalidSchema:
    """The error that says what is wrong with the schema at ``path``."""
    return InvalidSchema(errors=[FieldError(detail, pointer=pointer(("schema", *path)))])


def _is_schema(value: Any) -> bool:
    """Whether ``value`` may be walked; a reference can lead where the meta-schema did not look."""
    if isinstance(value, dict):
        return jsonschema_rs.meta.is_valid({**value, "$schema": DIALECT})
    return isinstance(value, bool)


def _step(target: Any, token: str) -> Any:
    if isinstance(target, dict):
        return target.get(token)
    if isinstance(target, list) and token.isdecimal() and int(token) < len(target):
        return target[int(token)]
    return None


def _check_resolvable(schema: dict[str, Any], path: Path) -> None:
    if "$dynamicRef" in schema:
        raise refused("Dynamic references are not supported: use $ref.", (*path, "$dynamicRef"))
    for keyword in ("$id", "$schema"):
        if keyword in schema and path:
            raise refused(f"Only the whole schema may have {keyword}.", (*path, keyword))


def _children(schema: dict[str, Any], path: Path) -> Iterator[tuple[Any, Path]]:
    for keyword, value in schema.items():
        if keyword in _HOLDS_ONE:
            yield value, (*path, keyword)
        elif keyword in _HOLDS_LIST:
            yield from ((child, (*path, keyword, n)) for n, child in enumerate(value))
        elif keyword in _HOLDS_NAMED:
            yield from ((child, (*path, keyword, name)) for name, child in value.items())


def _together(schema: dict[str, Any], named: list[tuple[str, Shape]], path: Path) -> Shape:
    parts = [part for _, part in named]
    weight = 1 + _own_weight(schema) + sum(part.weight for part in parts)
    loops = tuple(loop for part in parts for loop in part.loops)
    if weight > WEIGHT_MAX:
        raise refused(f"It asks for more than {WEIGHT_MAX:,} checks of one value.", path)
    if len(loops) > 1:
        raise refused("It comes back to itself in more than one way.", path)
    alternatives = any(part.alternatives for part in parts)
    alternatives = alternatives or any(name in schema for name in _ALTERNATIVES)
    here, below = _met(_own_weight(schema), named)
    if loops:  # what comes back is met with all that it consists of
        here = below = weight
    return Shape(weight, here, below, loops, alternatives)


def _met(own: int, named: list[tuple[str, Shape]]) -> tuple[int, int]:
    """How many subschemas a value may meet itself, and any one of the values inside of it."""
    same = [part for keyword, part in named if keyword in _OF_THE_SAME_VALUE]
    apart = [part.for_each_value for keyword, part in named if keyword in _OF_ONE_MEMBER_EACH]
    all_alike = [
        part.for_each_value
        for keyword, part in named
        if keyword not in _OF_THE_SAME_VALUE | _OF_ONE_MEMBER_EACH
    ]
    here = 1 + own + sum(part.here for part in same)
    below = sum(part.below for part in same) + sum(all_alike) + max(apart, default=0)
    return here, below


def _own_weight(schema: dict[str, Any]) -> int:
    """What a schema costs besides its parts: patterns, and options that are compared one by one."""
    options = [option for option in schema.get("enum", ()) if isinstance(option, dict | list)]
    return _PATTERN_WEIGHT * len(schema.get("patternProperties", ())) + len(options)

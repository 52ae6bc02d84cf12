"""Filters: what ``filter[field][operator]=value`` asks, and the SQL that asks it of a record's key.

A range never holds what is missing; ``ne`` does, for it holds all that ``eq`` does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import orjson

from service.lists import kinds
from service.lists.fields import Field
from service.lists.kinds import Key

VALUES_MAX: Final = 100
VALUE_CHARACTERS_MAX: Final = 1_000
OPERATORS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "prefix", "exists")
COMPARISONS: Final = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}

_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class Filter(NamedTuple):
    """One filter as it was asked for. ``text`` is not yet read as the kind of its field."""

    path: str
    operator: str
    text: str

    @property
    def parameter(self) -> str:
        """Its name in a query."""
        return f"filter[{self.path}][{self.operator}]"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a field's key: ``operator`` is one of COMPARISONS, or ``in``."""

    field: Field
    operator: str
    key: Key | tuple[Key, ...]

    @property
    def fixes(self) -> bool:
        """Whether all that pass it have the same key."""
        return self.operator == "eq"

    @property
    def narrows(self) -> bool:
        """Whether what passes it stands together in an index."""
        return self.operator != "ne"

    def sql(self, dialect: str, name: str) -> str:
        """The condition, with its key under the parameter ``name``."""
        key = self.field.key(dialect)
        if self.operator != "in":
            return f"{key} {COMPARISONS[self.operator]} :{name}"
        if dialect == "sqlite":
            return f"{key} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 - no values in it
        return f"{key} = ANY(:{name})"

    def argument(self, dialect: str) -> object:
        """The value of its parameter."""
        if not isinstance(self.key, tuple):
            return self.key
        return orjson.dumps(self.key).decode() if dialect == "sqlite" else list(self.key)


def conditions_of(wanted: Filter, field: Field) -> Sequence[Condition]:
    """The conditions that ``wanted`` comes to. Raises ValueError with a sentence."""
    if wanted.operator == "exists":
        return _existence(wanted, field)
    if wanted.operator == "prefix":
        return _prefix(wanted, field)
    if wanted.operator == "in":
        return [Condition(field, "in", _keys(wanted, field))]
    floor = _present(field) if wanted.operator in ("lt", "lte") else []
    return [*floor, Condition(field, wanted.operator, field.read(wanted.text))]


def _present(field: Field) -> list[Condition]:
    return [] if field.kind.missing is None else [Condition(field, "gt", field.kind.missing)]


def _existence(wanted: Filter, field: Field) -> Sequence[Condition]:
    exists = kinds.BOOLEAN.read(wanted.text)
    if field.kind.missing is None:
        raise ValueError("Every record has this field.")
    return _present(field) if exists else [Condition(field, "eq", field.kind.missing)]


def _prefix(wanted: Filter, field: Field) -> Sequence[Condition]:
    if field.kind.name != "text":
        raise ValueError("Only text has a prefix.")
    start = str(field.read(wanted.text))
    end = _successor(start)
    return [Condition(field, "gte", start), *([Condition(field, "lt", end)] if end else [])]


def _successor(text: str) -> str:
    """The least text above all that begin with ``text``, by code point; empty if there is none."""
    kept = text.rstrip(chr(_LAST_CHARACTER))
    if not kept:
        return ""
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(_SURROGATES.stop if following in _SURROGATES else following)


def _keys(wanted: Filter, field: Field) -> tuple[Key, ...]:
    texts = wanted.text.split(",")
    if len(texts) > VALUES_MAX:
        raise ValueError(f"Name {VALUES_MAX} values at the most.")
    return tuple(sorted({field.read(text) for text in texts}))

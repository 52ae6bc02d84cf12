"""Declared indexes: by which fields records can be filtered and sorted, and as what.

A field is a member of ``data``, named by a dotted path, or one of the record's own. It has a type,
so that both databases order it alike. What is declared here is built by the room of lists, which
says how that went.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

import orjson

from service.core.errors import FieldError
from service.spaces.errors import InvalidIndexes

IndexType = Literal["text", "number", "boolean", "timestamp"]
IndexState = Literal["building", "ready", "failed"]

INDEX_TYPES: Final[tuple[IndexType, ...]] = get_args(IndexType)
INDEX_STATES: Final[tuple[IndexState, ...]] = get_args(IndexState)
INDEXES_MAX: Final = 10
FIELDS_MAX: Final = 3
NAME_PATTERN: Final = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
FIELD_PATTERN: Final = rf"{NAME_PATTERN}(\.{NAME_PATTERN}){{0,3}}"

OWN_FIELDS: Final[dict[str, IndexType]] = {
    "created_at": "timestamp",
    "updated_at": "timestamp",
    "updated_by": "text",
    "realm": "text",
}
"""Fields of the record itself. They hide members of ``data`` with the same names."""

_NAME = re.compile(NAME_PATTERN)
_FIELD = re.compile(FIELD_PATTERN)


@dataclass(frozen=True, slots=True)
class IndexField:
    """One column of an index. ``field`` is a dotted path in ``data``, or one of OWN_FIELDS."""

    field: str
    type: IndexType


@dataclass(frozen=True, slots=True)
class Index:
    """One to three fields, in order. Only one that is ``ready`` can be used."""

    name: str
    fields: tuple[IndexField, ...]
    state: IndexState = "building"


def declare(wanted: Sequence[dict[str, Any]], present: Sequence[Index]) -> tuple[Index, ...]:
    """The indexes that ``wanted`` declares; one that is there already stays as it is built.

    Each is ``{"name"?, "fields": [{"field", "type"?}]}`` or short ``{"field", "type"?}``. One that
    failed is tried again. Raises InvalidIndexes, with pointers below ``#/indexes``.
    """
    errors: list[FieldError] = []
    if len(wanted) > INDEXES_MAX:
        errors.append(_error("", f"There may be {INDEXES_MAX} indexes at the most."))
    built = {(index.name, index.fields): index for index in present if index.state != "failed"}
    indexes = [_index(each, f"/{n}", errors) for n, each in enumerate(wanted[:INDEXES_MAX])]
    names = [index.name for index in indexes]
    repeated = [n for n, name in enumerate(names) if name in names[:n]]
    errors += [_error(f"/{n}/name", "Another index has this name.") for n in repeated]
    if errors:
        raise InvalidIndexes(errors=errors)
    return tuple(built.get((index.name, index.fields), index) for index in indexes)


def with_state(indexes: Sequence[Index], name: str, state: IndexState) -> tuple[Index, ...]:
    """``indexes`` with another state for the one called ``name``."""
    return tuple(replace(each, state=state) if each.name == name else each for each in indexes)


def dump(indexes: Sequence[Index]) -> str:
    """As JSON text."""
    return orjson.dumps([asdict(index) for index in indexes]).decode()


def load(text: str) -> tuple[Index, ...]:
    """What ``dump`` wrote."""
    return tuple(
        Index(each["name"], tuple(IndexField(**field) for field in each["fields"]), each["state"])
        for each in orjson.loads(text)
    )


def _index(wanted: dict[str, Any], place: str, errors: list[FieldError]) -> Index:
    short = {name: wanted[name] for name in ("field", "type") if name in wanted}
    if bool(short) == ("fields" in wanted):
        errors.append(_error(place, "Give either `fields` or `field` with its `type`."))
    wanted_fields = wanted.get("fields", [short] if short else [])
    if not 1 <= len(wanted_fields) <= FIELDS_MAX:
        errors.append(_error(f"{place}/fields", f"An index has one to {FIELDS_MAX} fields."))
    places = [place] if short else [f"{place}/fields/{n}" for n in range(FIELDS_MAX)]
    fields = tuple(
        _field(each, where, errors) for each, where in zip(wanted_fields, places, strict=False)
    )
    name = wanted.get("name") or "_".join(each.field.replace(".", "_") for each in fields)
    if not _NAME.fullmatch(name):
        errors.append(_error(f"{place}/name", "Give it a name of 1 to 64 of A-Z, a-z, 0-9 and _."))
    return Index(name, fields)


def _field(wanted: dict[str, Any], place: str, errors: list[FieldError]) -> IndexField:
    field = wanted.get("field", "")
    fixed = OWN_FIELDS.get(field)
    type_ = wanted.get("type") or fixed
    if not _FIELD.fullmatch(field):
        errors.append(_error(f"{place}/field", "Name a member of data: up to 4 names with dots."))
    if type_ is None or (fixed and type_ != fixed):
        errors.append(_error(f"{place}/type", f"It must be {fixed or ' or '.join(INDEX_TYPES)}."))
    return IndexField(field, type_ or "text")


def _error(place: str, detail: str) -> FieldError:
    return FieldError(detail, pointer=f"#/indexes{place}")

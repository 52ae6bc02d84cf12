"""What a list was asked for: the parameters of a query, read strictly and all at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from service.core.errors import FieldError, Invalid
from service.core.names import FILTER_START
from service.core.signed import TOKEN_CHARACTERS_MAX
from service.lists.fields import shortest
from service.lists.filters import OPERATORS, VALUE_CHARACTERS_MAX, VALUES_MAX, Filter
from service.lists.sorts import Sort, read_sorts
from service.records.paths import DATA_PATH
from service.records.projection import Projection

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1_000
OFFSET_MAX: Final = 10_000
FILTERS_MAX: Final = 10

Said = TypeVar("Said")
T = TypeVar("T")

_WHOLE = re.compile("[0-9]{1,9}")
_FILTER = re.compile(r"filter\[([^\[\]]*)\](?:\[([a-z]*)\])?")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of one list. ``filters`` are in the order of their names."""

    limit: int = LIMIT_DEFAULT
    offset: int = 0
    cursor: str | None = None
    sorts: tuple[Sort, ...] = ()
    filters: tuple[Filter, ...] = ()
    projection: Projection | None = None


EVERYTHING: Final = ListQuery()


def read_list_query(parameters: Mapping[str, str]) -> ListQuery:
    """The query that ``parameters`` write. Raises Invalid with all that is wrong with them."""
    if not parameters:
        return EVERYTHING
    errors: list[FieldError] = []
    filters = _filters(parameters, errors)
    read: dict[str, Any] = {
        _MEMBERS.get(name, name): _read(name, text, _READERS.get(name, _unknown), errors)
        for name, text in parameters.items()
        if not name.startswith(FILTER_START)
    }
    if read.get("cursor") and read.get("offset"):
        errors.append(_error("offset", "Give either a cursor or an offset."))
    if errors:
        raise Invalid(errors=errors)
    return ListQuery(**read, filters=filters)


def _filters(parameters: Mapping[str, str], errors: list[FieldError]) -> tuple[Filter, ...]:
    wanted = [(name, text) for name, text in parameters.items() if name.startswith(FILTER_START)]
    if len(wanted) > FILTERS_MAX:
        errors.append(_error("filter", f"Filter {FILTERS_MAX} times at the most."))
        return ()
    found = [_read(name, (name, text), _filter, errors) for name, text in wanted]
    return tuple(sorted({each for each in found if each is not None}))


def _filter(parameter: tuple[str, str]) -> Filter:
    name, text = parameter
    match = _FILTER.fullmatch(name)
    if not match or not DATA_PATH.fullmatch(match[1]):
        raise ValueError("Write filter[field][operator]=value.")
    operator = match[2] or "eq"
    if operator not in OPERATORS:
        raise ValueError(f"There is no operator {operator}; there are {', '.join(OPERATORS)}.")
    if len(text) > VALUE_CHARACTERS_MAX * (VALUES_MAX if operator == "in" else 1):
        raise ValueError(f"Give a value of {VALUE_CHARACTERS_MAX:,} characters at the most.")
    return Filter(shortest(match[1]), operator, text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if _WHOLE.fullmatch(text) else -1
        if not least <= number <= most:
            raise ValueError(f"Give a whole number from {least:,} to {most:,}.")
        return number

    return read


def _cursor(text: str) -> str:
    if not 1 <= len(text) <= TOKEN_CHARACTERS_MAX:
        raise ValueError("Give a cursor as a page of this list had it.")
    return text


def _unknown(_text: str) -> None:
    raise ValueError("There is no such parameter here.")


def _read(name: str, said: Said, reader: Callable[[Said], T], errors: list[FieldError]) -> T | None:
    try:
        return reader(said)
    except ValueError as problem:
        errors.append(_error(name, str(problem)))
        return None


def _error(parameter: str, detail: str) -> FieldError:
    return FieldError(detail, parameter=parameter)


def _projection(text: str) -> Projection:
    return Projection(text.split(","))


_MEMBERS: Final = {"sort": "sorts", "fields": "projection"}
_READERS: Final[dict[str, Callable[[str], object]]] = {
    "limit": _whole(1, LIMIT_MAX),
    "offset": _whole(0, OFFSET_MAX),
    "cursor": _cursor,
    "sort": read_sorts,
    "fields": _projection,
}

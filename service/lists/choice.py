"""Which walk serves a list, or why none does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from service.core.errors import FieldError, Invalid
from service.lists.errors import IndexNotReady, NotIndexed
from service.lists.fields import ID, SEQ, Field
from service.lists.filters import Condition, Filter, conditions_of
from service.lists.indexes import real_index
from service.lists.query import ListQuery
from service.lists.walks import BY_ID, BY_SEQ, Walk, Way, best_walk, way_of
from service.spaces.collections import Collection
from service.spaces.index import Index

RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be walked in a collection, and the fields that can be filtered by.

    A field that was declared as two kinds is of the first; an index of it as the other is not used.
    """

    all: tuple[Way, ...]
    fields: Mapping[str, Field]


_WALK_BY_ID: Final = Walk(BY_ID, BY_ID.columns)


def walk_for(dialect: str, space: str, collection: Collection, query: ListQuery) -> Walk:
    """The walk for ``query``.

    Raises NotIndexed, IndexNotReady, and Invalid for a value that its field does not take.
    """
    if not (query.filters or query.sorts):
        return _WALK_BY_ID
    place = dialect, space, collection.name
    ready = _ways(*place, _in_state(collection.indexes, "ready"))
    walk = _serve(ready, query)
    if walk is not None:
        return walk
    soon = _ways(*place, _in_state(collection.indexes, "ready", "building"))
    if _serve(soon, query) is not None:
        raise IndexNotReady(retry_after_seconds=RETRY_AFTER_SECONDS)
    raise _refusal(ready, query)


def _in_state(indexes: Sequence[Index], *states: str) -> tuple[Index, ...]:
    return tuple(index for index in indexes if index.state in states)


@lru_cache(maxsize=10_000)
def _ways(dialect: str, space: str, collection: str, indexes: tuple[Index, ...]) -> Ways:
    fields = {"id": ID, "seq": SEQ}
    declared = [way_of(real_index(dialect, space, collection, index)) for index in indexes]
    for column in (column for way in declared for column in way.columns):
        fields.setdefault(column.field.path, column.field)
    alike = [way for way in declared if all(fields[c.field.path] == c.field for c in way.columns)]
    return Ways((BY_ID, BY_SEQ, *alike), fields)


def _serve(ways: Ways, query: ListQuery) -> Walk | None:
    if any(wanted.path not in ways.fields for wanted in query.filters):
        return None
    return best_walk(ways.all, _conditions(ways, query.filters), query.sorts)


def _conditions(ways: Ways, filters: Sequence[Filter]) -> list[Condition]:
    errors: list[FieldError] = []
    conditions: list[Condition] = []
    for wanted in filters:
        try:
            conditions += conditions_of(wanted, ways.fields[wanted.path])
        except ValueError as problem:
            errors.append(FieldError(str(problem), parameter=wanted.parameter))
    if errors:
        raise Invalid(errors=errors)
    return conditions


def _refusal(ways: Ways, query: ListQuery) -> NotIndexed:
    unknown = [wanted for wanted in query.filters if wanted.path not in ways.fields]
    errors = [_error(wanted.parameter, f"{wanted.path} is not indexed.") for wanted in unknown]
    if not errors:
        errors = [_error("sort", "No index has this order behind what the filters fix.")]
    sorts = sorted({_order_of(way) for way in ways.all})
    return NotIndexed(errors=errors, indexed=sorted(ways.fields), sorts=sorts)


def _error(parameter: str, detail: str) -> FieldError:
    return FieldError(detail, parameter=parameter, code=NotIndexed.code)


def _order_of(way: Way) -> str:
    columns = way.columns[:-1] or way.columns
    return ",".join(f"{'-' * column.descending}{column.field.path}" for column in columns)

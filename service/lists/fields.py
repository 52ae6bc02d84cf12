"""Fields: what lists can be filtered and ordered by, and the SQL that makes their keys.

A path names a member of ``data`` (``owner.name``) or one of the record's own fields, which hide
members of the same name; ``data.id`` reaches what ``id`` hides. The same expression stands in an
index and in the queries that use it: an index is used where the text is the same, and only there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.lists import kinds
from service.lists.kinds import Key, Kind
from service.records.paths import DATA, DATA_PATH
from service.spaces.index import Index, IndexField

DESCENDING = "-"

_OWN_KINDS = {
    "id": kinds.OWN_TEXT,
    "seq": kinds.OWN_NUMBER,
    "created_at": kinds.OWN_TIMESTAMP,
    "updated_at": kinds.OWN_TIMESTAMP,
    "updated_by": kinds.OWN_TEXT,
    "realm": kinds.OWN_TEXT,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``path`` is as short as it can be."""

    path: str
    kind: Kind

    def key(self, dialect: str) -> str:
        """The SQL expression of this field's key."""
        if self.path in _OWN_KINDS:
            parts = {"column": self.path}
        elif dialect == "sqlite":
            parts = _sqlite_parts(".".join(members_of(self.path)))
        else:
            parts = _postgresql_parts(",".join(members_of(self.path)))
        template = self.kind.sqlite if dialect == "sqlite" else self.kind.postgresql
        return template.format(**parts)

    def read(self, text: str) -> Key:
        """The key of the value that a query writes as ``text``. Raises ValueError."""
        return self.kind.read(text)


@dataclass(frozen=True, slots=True)
class Column:
    """A field in an index, and the way it is ordered there."""

    field: Field
    descending: bool = False

    def turned(self, around: bool) -> "Column":
        """This column, or with the order the other way ``around``."""
        return Column(self.field, self.descending != around)

    def sql(self, dialect: str) -> str:
        """As ORDER BY and CREATE INDEX have it."""
        direction = "DESC" if self.descending else "ASC"
        return f"{_bracketed(self.field, dialect)} {direction}"


def own_field(path: str) -> Field:
    """The record's own field ``path``."""
    return Field(path, _OWN_KINDS[path])


ID = own_field("id")
SEQ = own_field("seq")


def columns_of(index: Index) -> tuple[Column, ...]:
    """The columns of a declared index, and the id, which goes as the last of them goes.

    Raises ValueError for what was never valid.
    """
    declared = tuple(_column(each) for each in index.fields)
    return (*declared, Column(ID, declared[-1].descending))


def members_of(path: str) -> Sequence[str]:
    """The names that lead to a member of ``data``. Raises ValueError for what is no path."""
    if not DATA_PATH.fullmatch(path):
        raise ValueError(f"{path} names no member of data.")
    return path.removeprefix(DATA).split(".")


def shortest(path: str) -> str:
    """``path`` without a ``data.`` that it does not need."""
    short = path.removeprefix(DATA)
    return path if short in _OWN_KINDS else short


def _column(declared: IndexField) -> Column:
    path = shortest(declared.field.removeprefix(DESCENDING))
    kind = _OWN_KINDS.get(path) or kinds.KINDS[declared.type]
    members_of(path)
    return Column(Field(path, kind), declared.field.startswith(DESCENDING))


def _sqlite_parts(dotted: str) -> dict[str, str]:
    at = f"(data, '$.{dotted}')"
    return {"value": f"json_extract{at}", "type": f"json_type{at}"}


def _postgresql_parts(listed: str) -> dict[str, str]:
    json = f"data::json #> '{{{listed}}}'"
    value = f"data::json #>> '{{{listed}}}'"
    return {"value": value, "json": json, "type": f"json_typeof({json})"}


def _bracketed(field: Field, dialect: str) -> str:
    return f"({field.key(dialect)})"

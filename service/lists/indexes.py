"""Declared indexes as they are in the database: partial indexes on expressions over ``data``.

Each holds the live records of one collection and nothing else. Its name is a digest of what it is.
So a collection that changes its declaration, or a release that changes how keys are made, gets
another index, and what is no longer wanted is known by its name alone.

Names of spaces and collections stand in these statements as literals: a planner uses a partial
index only where it can prove from the text that the query stays inside of it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from service.lists.fields import Column, columns_of
from service.spaces.index import Index

NAME_PREFIX = "rx_"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class RealIndex:
    """One index of one database. ``covers`` is the condition of the records that it holds."""

    name: str
    columns: tuple[Column, ...]
    covers: str
    definition: str

    def create(self, *, concurrently: bool = False) -> str:
        """The statement that builds it."""
        how = "CONCURRENTLY IF NOT EXISTS" if concurrently else "IF NOT EXISTS"
        return f'CREATE INDEX {how} "{self.name}" ON records {self.definition}'


@lru_cache(maxsize=10_000)
def real_index(dialect: str, space: str, collection: str, index: Index) -> RealIndex:
    """What ``index`` of a collection is in a database of this dialect."""
    columns = columns_of(index)
    covers = f"space = {_literal(space)} AND collection = {_literal(collection)} AND NOT deleted"
    keys = ", ".join(column.sql(dialect) for column in columns)
    definition = f"({keys}) WHERE {covers}"
    return RealIndex(_name(definition), columns, covers, definition)


def drop(name: str, *, concurrently: bool = False) -> str:
    """The statement that drops the index ``name``."""
    how = "CONCURRENTLY IF EXISTS" if concurrently else "IF EXISTS"
    return f'DROP INDEX {how} "{_checked(name)}"'


def _name(definition: str) -> str:
    return NAME_PREFIX + sha256(definition.encode()).hexdigest()[:32]


def _literal(name: str) -> str:
    return f"'{_checked(name)}'"


def _checked(name: str) -> str:
    """Said again here, whoever checked it before: this goes into statements as it is."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of anything in the database.")
    return name

"""One statement for many rows.

SQLite runs a prepared INSERT over the rows inside one call; Postgres takes the columns as arrays
and inserts them with a single ``INSERT … SELECT FROM unnest``. A row is a tuple in the order of
``columns``.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

_POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]


class Bulk:
    """INSERT of many rows; ``tail`` is an ON CONFLICT clause, spelled alike on both databases."""

    __slots__ = ("_texts",)

    def __init__(self, table: Table, columns: Sequence[str] = (), tail: str = "") -> None:
        chosen = [table.c[name] for name in columns] or list(table.c)
        head = f"INSERT INTO {table.name} ({', '.join(column.name for column in chosen)})"
        marks = ", ".join("?" for _ in chosen)
        arrays = ", ".join(f"%s::{_postgres_type(column)}[]" for column in chosen)
        self._texts = {
            "sqlite": f"{head} VALUES ({marks}) {tail}",
            "postgresql": f"{head} SELECT * FROM unnest({arrays}) {tail}",  # noqa: S608 - constants only; values are parameters
        }

    def insert(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert ``rows``; no rows, no statement."""
        if not rows:
            return
        driver: Any = connection.connection.driver_connection
        text = self._texts[connection.dialect.name]
        if connection.dialect.name == "sqlite":
            driver.executemany(text, rows)
        else:
            driver.execute(text, [list(column) for column in zip(*rows, strict=True)])


def _postgres_type(column: "sa.Column[Any]") -> str:
    return column.type.compile(dialect=_POSTGRES).split(" COLLATE ")[0]

"""Hot SQL: the few statements that run on the driver's own cursor, written once for both databases.

SQLAlchemy's own execution costs 30 to 250 microseconds a statement more than the driver's. The
statements of the hottest paths are therefore text with ``:name`` parameters; everything else stays
SQLAlchemy Core. Two notations spare a second text where the databases differ only in spelling:

* ``NOW_MS()`` is the database's clock in milliseconds since 1970: leases are judged by one clock.
* ``IN_LIST(column, :name)`` compares with a JSON array on SQLite and with an array on Postgres;
  pass the value through ``list_of``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

Params = Mapping[str, Any]
Row = tuple[Any, ...]

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_IN_LIST = re.compile(r"IN_LIST\(([\w.]+), (:\w+)\)")
_SPELLING = {
    "sqlite": (
        ("NOW_MS()", "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"),
        r"\1 IN (SELECT value FROM json_each(\2))",
    ),
    "postgresql": (
        ("NOW_MS()", "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"),
        r"\1 = ANY(\2)",
    ),
}


class Hot:
    """One statement; ``postgresql`` replaces the text where that database needs another one."""

    __slots__ = ("_texts",)

    def __init__(self, text: str, *, postgresql: str | None = None) -> None:
        self._texts = {
            "sqlite": _spelled(text, "sqlite"),
            "postgresql": _PARAMETER.sub(
                r"%(\1)s", _spelled(postgresql or text, "postgresql").replace("%", "%%")
            ),
        }

    def rows(self, connection: Connection, **params: Any) -> list[Row]:
        """Every row of the answer."""
        return self._execute(connection, params).fetchall()  # type: ignore[no-any-return]

    def row(self, connection: Connection, **params: Any) -> Row | None:
        """The first row of the answer, if there is one."""
        return self._execute(connection, params).fetchone()  # type: ignore[no-any-return]

    def run(self, connection: Connection, **params: Any) -> int:
        """Execute; the number of rows it touched."""
        return self._execute(connection, params).rowcount  # type: ignore[no-any-return]

    def run_many(self, connection: Connection, many: Sequence[Params]) -> None:
        """Execute once for each set of parameters, in one call to the driver."""
        cursor = _driver(connection).cursor()
        cursor.executemany(self._texts[connection.dialect.name], many)

    def _execute(self, connection: Connection, params: Params) -> Any:
        return _driver(connection).execute(self._texts[connection.dialect.name], params)


def list_of(connection: Connection, values: Sequence[str]) -> Any:
    """``values`` as ``IN_LIST`` takes them: JSON text on SQLite, an array on Postgres."""
    return (
        list(values) if connection.dialect.name == "postgresql" else orjson.dumps(values).decode()
    )


def _spelled(text: str, dialect: str) -> str:
    (token, replacement), in_list = _SPELLING[dialect]
    return _IN_LIST.sub(in_list, text.replace(token, replacement))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection

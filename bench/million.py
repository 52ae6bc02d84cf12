"""A collection of a million records, written straight into the tables: one statement a table."""

import orjson
import sqlalchemy as sa

from bench import record
from bench.syncline import NAME
from service.core import clock

DISTINCT_RECORDS = 1000

# Both databases take these as they are. An id is ``r`` and seven digits.
_NUMBERED = (
    "WITH RECURSIVE numbers(n) AS"
    " (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)"
)
_ID = "'r' || substr(CAST(10000000 + n AS TEXT), 2)"
_RECORDS = sa.text(
    f"{_NUMBERED} INSERT INTO records (space, collection, id, realm, version, seq, deleted,"  # noqa: S608
    " created_at, created_by, updated_at, updated_by, data)"
    f" SELECT 'main', :collection, {_ID}, 'shared', 1, :head + 1 + n, FALSE,"
    " :at, :actor, :at, :actor, (SELECT data FROM bench_data WHERE k = n % :distinct) FROM numbers"
)
_CHANGES = sa.text(
    f"{_NUMBERED} INSERT INTO changes (space, seq, kind, collection, id, version, op, actor, at)"  # noqa: S608
    f" SELECT 'main', :head + 1 + n, 'record', :collection, {_ID}, 1, 'create', :actor, :at"
    " FROM numbers"
)


def load(database_url: str, count: int) -> None:
    """Append ``count`` records under the ids ``id_of(0)`` …; renew the database's statistics."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        _prepare_data(connection)
        head = connection.execute(sa.text("SELECT head FROM spaces WHERE id = 'main'")).scalar_one()
        about = {"collection": NAME, "actor": "bench", "at": clock.timestamp()}
        numbers = {"count": count, "head": head, "distinct": DISTINCT_RECORDS}
        connection.execute(_RECORDS, about | numbers)
        connection.execute(_CHANGES, about | numbers)
        connection.execute(
            sa.text("UPDATE spaces SET head = :head WHERE id = 'main'"), {"head": head + count}
        )
    with engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))


def id_of(n: int) -> str:
    """The id of the ``n``-th record; ids are in the order of their numbers."""
    return f"r{n:07}"


def _prepare_data(connection: sa.Connection) -> None:
    """Data to choose from, for as long as the connection lives."""
    connection.execute(
        sa.text("CREATE TEMPORARY TABLE bench_data (k INTEGER PRIMARY KEY, data TEXT NOT NULL)")
    )
    connection.execute(
        sa.text("INSERT INTO bench_data VALUES (:k, :data)"),
        [{"k": k, "data": orjson.dumps(record.make(k)).decode()} for k in range(DISTINCT_RECORDS)],
    )

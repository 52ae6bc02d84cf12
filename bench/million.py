"""A collection of a million records, written straight into the tables."""

from collections.abc import Iterator
from functools import partial

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from bench import record
from bench.syncline import NAME
from service.changes.tables import changes
from service.core import clock
from service.core.bulk import Bulk
from service.core.db import open_database
from service.records.tables import records

CHUNK_ROWS = 10_000
DISTINCT_RECORDS = 1000
ACTOR = "usr_of_the_bench"

_RECORDS = Bulk(records)
_CHANGES = Bulk(changes)


def load(database_url: str, count: int) -> None:
    """Append ``count`` records under the ids ``id_of(0)`` …; renew the database's statistics."""
    database = open_database(database_url)
    texts = [orjson.dumps(record.make(n)).decode() for n in range(DISTINCT_RECORDS)]
    for start in range(0, count, CHUNK_ROWS):
        numbers = range(start, min(start + CHUNK_ROWS, count))
        database.write(partial(_append, numbers=numbers, texts=texts))
    with database.reading() as connection:
        connection.execute(sa.text("ANALYZE"))
    database.dispose()


def id_of(n: int) -> str:
    """The id of the ``n``-th record; ids are in the order of their numbers."""
    return f"r{n:07}"


def _append(connection: Connection, *, numbers: range, texts: list[str]) -> None:
    head = connection.execute(sa.text("SELECT head FROM spaces WHERE id = 'main'")).scalar_one()
    at = clock.timestamp()
    seqs = range(head + 1, head + 1 + len(numbers))
    rows = list(zip(map(id_of, numbers), seqs, strict=True))
    data: Iterator[str] = (texts[n % len(texts)] for n in numbers)
    _RECORDS.insert(
        connection,
        [
            ("main", NAME, id_, "shared", 1, seq, False, at, ACTOR, at, ACTOR, text)
            for (id_, seq), text in zip(rows, data, strict=True)
        ],
    )
    _CHANGES.insert(
        connection,
        [("main", seq, "record", NAME, id_, 1, "create", ACTOR, at, None) for id_, seq in rows],
    )
    moved = sa.text("UPDATE spaces SET head = :head WHERE id = 'main'")
    connection.execute(moved, {"head": seqs[-1]})

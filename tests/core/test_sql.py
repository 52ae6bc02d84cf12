"""Hot statements and bulk inserts, on both databases."""

from collections.abc import Iterator

import pytest

from service.changes.tables import changes
from service.core.bulk import Bulk
from service.core.clock import now_ms
from service.core.db import Database, open_database
from service.core.sql import Hot, list_of


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def test_parameters_are_named_and_a_percent_sign_is_itself(db: Database) -> None:
    statement = Hot("SELECT CAST(:one AS INTEGER) + :two, '100%', CAST('7' AS TEXT)")

    with db.reading() as connection:
        assert statement.row(connection, one=1, two=2) == (3, "100%", "7")


def test_the_databases_clock_is_in_milliseconds(db: Database) -> None:
    with db.reading() as connection:
        row = Hot("SELECT NOW_MS()").row(connection)

    assert row is not None
    assert abs(row[0] - now_ms()) < 5000


@pytest.mark.parametrize(
    ("values", "found"), [(["main", "other"], 1), ([], 0), (["it's", 'a"b'], 0)]
)
def test_a_list_is_one_parameter(db: Database, values: list[str], found: int) -> None:
    statement = Hot("SELECT id FROM spaces s WHERE IN_LIST(s.id, :ids)")

    with db.reading() as connection:
        assert len(statement.rows(connection, ids=list_of(connection, values))) == found


def test_many_rows_go_in_with_one_statement(db: Database) -> None:
    rows = [
        ("main", n, "record", "todos", f"r{n}", 1, "create", "usr", "now", None if n % 2 else "{}")
        for n in range(1, 2001)
    ]

    db.write(lambda connection: Bulk(changes).insert(connection, rows))

    with db.reading() as connection:
        written = Hot("SELECT * FROM changes ORDER BY seq").rows(connection)
    assert written == rows


def test_no_rows_is_no_statement(db: Database) -> None:
    db.write(lambda connection: Bulk(changes).insert(connection, []))

"""The log of a space, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from service.changes.errors import SpaceNotFound
from service.changes.log import Log, OpenLog
from service.changes.position import position_of
from service.core.db import Database, open_database
from service.core.sql import Hot
from service.events.bus_memory import MemoryBus


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def append(connection: Connection, log: OpenLog) -> int:
    return log.append("record", "create", "r", version=1, actor="usr", collection="todos")


def rows(db: Database) -> list[tuple[int, str]]:
    with db.reading() as connection:
        found = Hot("SELECT seq, op FROM changes ORDER BY seq").rows(connection)
    return [(row[0], row[1]) for row in found]


def test_numbers_follow_each_other_and_the_head_is_the_last(db: Database) -> None:
    log = Log(db, MemoryBus())

    assert [log.write("main", append) for _ in range(3)] == [1, 2, 3]
    assert rows(db) == [(1, "create"), (2, "create"), (3, "create")]
    with db.reading() as connection:
        assert position_of(connection, "main").head == 3


def test_a_transaction_that_fails_takes_no_number(db: Database) -> None:
    log = Log(db, MemoryBus())

    def fail(connection: Connection, open_log: OpenLog) -> None:
        append(connection, open_log)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        log.write("main", fail)
    assert log.write("main", append) == 1


def test_a_transaction_that_appends_nothing_moves_nothing(db: Database) -> None:
    Log(db, MemoryBus()).write("main", lambda connection, log: None)

    assert rows(db) == []


def test_a_space_that_is_not_there_cannot_be_written(db: Database) -> None:
    with pytest.raises(SpaceNotFound):
        Log(db, MemoryBus()).write("nowhere", append)


def test_readers_are_woken_after_the_commit_with_the_new_head(db: Database) -> None:
    bus = MemoryBus()
    heard: list[tuple[str, str, int]] = []

    def listen(topic: str, value: str) -> None:
        heard.append((topic, value, len(rows(db))))

    bus.listen(listen)
    Log(db, bus).write("main", append)

    assert heard == [("space:main", "1", 1)]


def test_a_change_of_members_or_collections_is_remembered_as_such(db: Database) -> None:
    def configure(connection: Connection, log: OpenLog) -> None:
        append(connection, log)
        log.configured()

    log = Log(db, MemoryBus())
    log.write("main", append)
    log.write("main", configure)
    log.write("main", append)

    with db.reading() as connection:
        position = position_of(connection, "main")
    assert (position.head, position.config_seq) == (3, 2)

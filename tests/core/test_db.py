"""The two databases behind one door."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from service.core import db as module
from service.core.db import Database, open_database
from service.core.driver_errors import Busy, DatabaseDown
from service.core.errors import StorageFull, Unavailable
from service.core.sql import Hot
from tests.databases import PostgresShelf

COUNT = Hot("SELECT count(*) FROM installation")
ADD = Hot("INSERT INTO installation (name, value, at) VALUES (:name, 'v', 'now')")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def count(db: Database) -> int:
    with db.reading() as connection:
        row = COUNT.row(connection)
    assert row is not None
    return int(row[0])


def test_what_is_written_is_there(db: Database) -> None:
    assert db.write(lambda connection: ADD.run(connection, name="a")) == 1
    assert count(db) == 1


def test_a_body_that_fails_leaves_nothing(db: Database) -> None:
    def body(connection: sa.Connection) -> None:
        ADD.run(connection, name="a")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        db.write(body)
    assert count(db) == 0


def test_the_next_write_after_a_failed_one_works(db: Database) -> None:
    db.write(lambda connection: ADD.run(connection, name="a"))
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        db.write(lambda connection: ADD.run(connection, name="a"))

    db.write(lambda connection: ADD.run(connection, name="b"))
    assert count(db) == 2


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(db: Database) -> None:
    with db.snapshot() as connection:
        before = COUNT.row(connection)
        db.write(lambda writer: ADD.run(writer, name="a"))
        assert COUNT.row(connection) == before
    assert count(db) == 1


def test_a_read_sees_every_commit(db: Database) -> None:
    with db.reading() as connection:
        assert COUNT.row(connection) == (0,)
        db.write(lambda writer: ADD.run(writer, name="a"))
        assert COUNT.row(connection) == (1,)


def test_writers_of_one_process_take_turns(db: Database) -> None:
    def add(n: int) -> None:
        db.write(lambda connection: ADD.run(connection, name=f"n{n}"))

    threads = [threading.Thread(target=add, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db) == 20


def test_a_lock_that_somebody_else_holds_is_busy(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT_SECONDS", 0.2)
    other, impatient = open_database(database_url), open_database(database_url)
    add = Hot("UPDATE spaces SET name = 'x' WHERE id = 'main'")

    def hold(connection: sa.Connection) -> None:
        add.run(connection)
        with pytest.raises(Busy) as caught:
            impatient.write(add.run)
        assert caught.value.retry_after_seconds == 1

    other.write(hold)
    other.dispose()
    impatient.dispose()


def test_of_two_that_wait_for_each_other_one_is_busy(
    postgres_shelf: PostgresShelf, tmp_path: Path
) -> None:
    both_hold_one = threading.Barrier(2)
    update = Hot("UPDATE installation SET value = 'w' WHERE name = :name")
    refusals: list[Exception] = []

    def write(connection: sa.Connection, first: str, second: str) -> None:
        update.run(connection, name=first)
        both_hold_one.wait()
        update.run(connection, name=second)

    def attempt(db: Database, first: str, second: str) -> None:
        try:
            db.write(lambda connection: write(connection, first, second))
        except Unavailable as error:
            refusals.append(error)

    with postgres_shelf.copy(tmp_path) as url:
        db = open_database(url)
        db.write(lambda connection: ADD.run_many(connection, [{"name": "a"}, {"name": "b"}]))
        threads = [threading.Thread(target=attempt, args=(db, *pair)) for pair in ("ab", "ba")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        db.dispose()

    assert [type(error) for error in refusals] == [Busy]


def test_a_full_disk_is_said_so_and_reading_goes_on(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'small.db'}")
    db.write(lambda connection: connection.exec_driver_sql("CREATE TABLE t (x)"))

    def fill(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 3")
        connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(100000))")

    with pytest.raises(StorageFull):
        db.write(fill)
    with db.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0


def test_a_database_that_is_not_there_is_down() -> None:
    db = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(DatabaseDown), db.reading():
        pass


def test_a_pool_heals_when_the_server_has_hung_up(
    postgres_shelf: PostgresShelf, tmp_path: Path
) -> None:
    with postgres_shelf.copy(tmp_path) as url:
        db, other = open_database(url), open_database(url)
        count(db)
        kill = Hot(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with other.reading() as connection:
            kill.rows(connection)

        with pytest.raises(DatabaseDown):
            count(db)
        assert count(db) == 0
        assert db.write(lambda connection: ADD.run(connection, name="a")) == 1
        db.dispose()
        other.dispose()


LOOP = """
from gevent import monkey; monkey.patch_all()
import sys, time, gevent
from service.core.db import open_database
db = open_database(sys.argv[1])
longest = last = 0
def tick():
    global longest, last
    last = time.perf_counter()
    while True:
        gevent.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
gevent.spawn(tick); gevent.sleep(0.05); longest = 0
slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)" \
       " SELECT max(i) FROM n"
db.write(lambda connection: connection.exec_driver_sql(slow).scalar())
print(longest)
"""


def test_a_slow_write_does_not_hold_the_loop(database_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOP, database_url], capture_output=True, text=True, check=True
    )

    assert float(done.stdout) < 0.15, "the write itself takes many times that"

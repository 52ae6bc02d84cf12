"""Many rows in one transaction leave what as many single writes would have left."""

from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from service.backbone import Backbone
from service.changes.log import OpenLog
from service.records.bulk_write import BulkWrite, ImportRow, Mode, Outcome, Target, send_ahead
from service.records.tables import records
from service.spaces.access import Access

ACCESS = Access("main", "usr_1", "editor", frozenset({"shared", "red"}), 0, "epoch")
RECORD = "SELECT id, realm, version, seq, deleted, created_by, updated_by, data FROM records"
LOG = "SELECT seq, kind, op, id, version, actor, before FROM changes ORDER BY seq"


def row(number: int, id_: str, realm: str = "shared", **data: Any) -> ImportRow:
    return ImportRow(number, id_, realm, orjson.dumps(data).decode())


def write(
    backbone: Backbone, *rows: ImportRow, mode: Mode = "upsert", access: Access = ACCESS
) -> Outcome:
    def body(connection: Connection, open_log: OpenLog) -> Outcome:
        writing = BulkWrite(connection, open_log, Target("todos", access, mode), rows)
        writing.write(connection)
        return writing.outcome

    return backbone.log.write("main", body, prepare=partial(send_ahead, rows=rows))


def rows_of(backbone: Backbone, statement: str) -> list[tuple[Any, ...]]:
    with backbone.db.reading() as connection:
        return [tuple(each) for each in connection.exec_driver_sql(statement)]


def delete(backbone: Backbone, realm: str = "shared") -> None:
    """What a deletion leaves: a tombstone with the next version."""
    tombstone = records.update().values(deleted=True, data=None, version=2, realm=realm)
    backbone.db.write(lambda connection: connection.execute(tombstone))


def codes(outcome: Outcome) -> list[tuple[int, str]]:
    return [(refusal.number, refusal.code) for refusal in outcome.refused]


def test_new_rows_become_records_in_the_order_of_the_file(backbone: Backbone) -> None:
    outcome = write(backbone, row(1, "b", n=1), row(2, "a", "red", n=2))

    assert outcome == Outcome(created=2)
    assert rows_of(backbone, f"{RECORD} ORDER BY seq") == [
        ("b", "shared", 1, 1, False, "usr_1", "usr_1", '{"n":1}'),
        ("a", "red", 1, 2, False, "usr_1", "usr_1", '{"n":2}'),
    ]
    assert rows_of(backbone, LOG) == [
        (1, "record", "create", "b", 1, "usr_1", None),
        (2, "record", "create", "a", 1, "usr_1", None),
    ]
    assert rows_of(backbone, "SELECT head FROM spaces") == [(2,)]


def test_a_row_that_says_something_new_is_the_next_version(backbone: Backbone) -> None:
    write(backbone, row(1, "a", n=1), row(2, "b", n=1))
    other = Access("main", "usr_2", "editor", frozenset({"shared"}), 0, "epoch")

    outcome = write(backbone, row(1, "a", n=2), row(2, "b", n=1), access=other)

    assert outcome == Outcome(updated=1, unchanged=1)
    assert rows_of(backbone, f"{RECORD} WHERE id = 'a'") == [
        ("a", "shared", 2, 3, False, "usr_1", "usr_2", '{"n":2}')
    ]
    assert rows_of(backbone, LOG)[2:] == [(3, "record", "update", "a", 2, "usr_2", '{"n":1}')]


def test_nothing_new_leaves_nothing_in_the_log(backbone: Backbone) -> None:
    write(backbone, row(1, "a", n=1))

    assert write(backbone, row(1, "a", n=1)) == Outcome(unchanged=1)
    assert rows_of(backbone, "SELECT head FROM spaces") == [(1,)]


def test_an_id_that_is_taken_is_refused_by_insert(backbone: Backbone) -> None:
    write(backbone, row(1, "a", n=1))

    outcome = write(backbone, row(1, "b", n=1), row(2, "a", n=2), mode="insert")

    assert (outcome.created, codes(outcome)) == (1, [(2, "exists")])


@pytest.mark.parametrize("mode", ["insert", "upsert"])
def test_a_deleted_record_comes_back_with_its_next_version(backbone: Backbone, mode: Mode) -> None:
    write(backbone, row(1, "a", n=1))
    delete(backbone)

    assert write(backbone, row(1, "a", n=1), mode=mode) == Outcome(created=1)
    assert rows_of(backbone, "SELECT version, deleted, data FROM records") == [
        (3, False, '{"n":1}')
    ]
    assert rows_of(backbone, LOG)[1:] == [(2, "record", "create", "a", 3, "usr_1", None)]


def test_a_change_of_realm_leaves_a_marker(backbone: Backbone) -> None:
    write(backbone, row(1, "a", n=1))

    assert write(backbone, row(1, "a", "red", n=1)) == Outcome(updated=1)
    assert rows_of(backbone, LOG)[1:] == [(2, "move", "update", "a", 2, "usr_1", '{"n":1}')]
    assert rows_of(backbone, "SELECT seq, collection, id, from_realm FROM move_markers") == [
        (2, "todos", "a", "shared")
    ]


def test_rows_cannot_go_where_the_writer_is_not(backbone: Backbone) -> None:
    assert codes(write(backbone, row(1, "a", "blue", n=1))) == [(1, "realm_forbidden")]


@pytest.mark.parametrize("mode", ["insert", "upsert"])
def test_rows_cannot_touch_what_the_writer_cannot_see(backbone: Backbone, mode: Mode) -> None:
    everywhere = Access("main", "usr_0", "editor", frozenset({"*"}), 0, "epoch")
    write(backbone, row(1, "a", "blue", n=1), access=everywhere)

    assert codes(write(backbone, row(1, "a", n=2), mode=mode)) == [(1, "not_visible")]
    delete(backbone, "blue")
    assert codes(write(backbone, row(1, "a", n=2), mode=mode)) == [(1, "not_visible")]


def test_an_id_that_comes_twice_gets_two_versions(backbone: Backbone) -> None:
    outcome = write(
        backbone, row(1, "a", n=1), row(2, "b", n=1), row(3, "a", n=2), row(4, "a", n=2)
    )

    assert outcome == Outcome(created=2, updated=1, unchanged=1)
    assert rows_of(backbone, "SELECT id, version, seq, data FROM records ORDER BY id") == [
        ("a", 2, 3, '{"n":2}'),
        ("b", 1, 2, '{"n":1}'),
    ]
    assert rows_of(backbone, LOG)[2] == (3, "record", "update", "a", 2, "usr_1", '{"n":1}')


def test_an_id_that_comes_twice_is_refused_the_second_time_by_insert(backbone: Backbone) -> None:
    outcome = write(backbone, row(1, "a", n=1), row(2, "a", n=2), mode="insert")

    assert (outcome.created, codes(outcome)) == (1, [(2, "exists")])


def test_two_chunks_share_a_connection(backbone: Backbone) -> None:
    write(backbone, row(1, "a", n=1))
    write(backbone, row(1, "b", n=2))

    assert rows_of(backbone, "SELECT id, data FROM records ORDER BY id") == [
        ("a", '{"n":1}'),
        ("b", '{"n":2}'),
    ]


def test_no_rows_write_nothing(backbone: Backbone) -> None:
    assert write(backbone) == Outcome()

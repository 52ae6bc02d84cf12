"""A row becomes a record that its collection takes, or says what is wrong with it."""

from typing import Any

import orjson

from service.imports.options import Options
from service.imports.record_ids import keyed
from service.imports.row import Layout, Place, Row
from service.imports.rules import Rules
from service.imports.shaper import Shaper
from service.jobs.row_errors import BadRow, Fault
from service.records.bulk_write import ImportRow
from service.spaces.access import Access
from service.spaces.collections import Collection
from service.spaces.schema import compile_schema

COLUMNS = ("id", "lat", "circle")
SCHEMA = {"properties": {"lat": {"type": "number", "minimum": -90}}}


def shaper(schema: dict[str, Any] | None = None, *, realms: str = "shared", **said: Any) -> Shaper:
    schema = SCHEMA if schema is None else schema
    text, compiled = orjson.dumps(schema).decode(), compile_schema(schema)
    collection = Collection("places", text, compiled, (), "reject")
    access = Access("main", "usr", "editor", frozenset(realms.split()), 1, "epoch")
    options = Options("places", key=("id",), **said)
    layout = Layout(COLUMNS, 0, {})
    return Shaper(options, layout, Rules(access, collection), keyed(("id",)), 60)


def row(*cells: str, fault: Fault | None = None) -> Row:
    return Row(Place(10, 7), cells, fault)


def faults(shaped: ImportRow | BadRow) -> list[tuple[str, str | None]]:
    assert isinstance(shaped, BadRow)
    return [(fault.code, fault.column) for fault in shaped.faults]


def test_a_good_row_is_a_record() -> None:
    assert shaper().shape(row("a", "47.5", "x")) == ImportRow(
        7, "a", "shared", '{"id":"a","lat":47.5,"circle":"x"}'
    )


def test_a_row_that_could_not_be_read_stays_bad() -> None:
    unreadable = row("a", fault=Fault("cell_count", "…"))

    assert faults(shaper().shape(unreadable)) == [("cell_count", None)]


def test_what_the_schema_refuses_is_named_with_its_column() -> None:
    bad = shaper().shape(row("a", "-91", ""))

    assert faults(bad) == [("minimum", "lat")]
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.cells) == (7, ("a", "-91", ""))


def test_a_column_name_is_what_the_file_calls_it() -> None:
    strict = {"properties": {"id": {"type": "string", "maxLength": 1}}, "required": ["a/b~c"]}

    found = faults(shaper(strict).shape(row("aa", "", "")))
    assert sorted(found) == [("maxLength", "id"), ("required", "a/b~c")]


def test_a_row_without_its_key_is_bad() -> None:
    assert faults(shaper().shape(row("", "1", ""))) == [("key_missing", None)]


def test_a_row_that_makes_too_large_a_record_is_bad() -> None:
    assert faults(shaper().shape(row("a", "1", "x" * 60))) == [("record_too_large", None)]


def test_a_column_may_say_the_realm() -> None:
    by_column = shaper(realm="column:circle", realms="shared red")

    shaped = by_column.shape(row("a", "1", "red"))
    assert shaped == ImportRow(7, "a", "red", '{"id":"a","lat":1,"circle":"red"}')
    assert faults(by_column.shape(row("a", "1", "blue"))) == [("realm_forbidden", None)]
    assert faults(by_column.shape(row("a", "1", "a b"))) == [("invalid_realm", None)]


def test_a_realms_column_that_the_schema_has_no_place_for_is_not_data() -> None:
    closed = {
        "properties": {"id": {"type": "string"}, "lat": {"type": "number"}},
        "additionalProperties": False,
    }
    shaped = shaper(closed, realm="column:circle").shape(row("a", "1", "shared"))

    assert shaped == ImportRow(7, "a", "shared", '{"id":"a","lat":1}')

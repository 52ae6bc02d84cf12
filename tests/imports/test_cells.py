"""Cells become what the schema asks for, and stay text where it does not say."""

from typing import Any

import pytest

from service.imports.cells import Cells

TEXT = {"type": "string"}


def value(cell: str, schema: Any, *, required: bool = False) -> Any:
    whole = {"properties": {"v": schema}, "required": ["v"] if required else []}
    return Cells(["v"], whole, None).object_of([cell]).get("v", "ABSENT")


@pytest.mark.parametrize(
    ("cell", "schema", "made"),
    [
        ("01234", TEXT, "01234"),
        ("1e5", TEXT, "1e5"),
        ("true", TEXT, "true"),
        ("01234", {}, "01234"),
        ("12", {"type": "integer"}, 12),
        (" -7 ", {"type": "integer"}, -7),
        ("12.5", {"type": "integer"}, "12.5"),
        ("1_000", {"type": "integer"}, "1_000"),
        ("9007199254740992", {"type": "integer"}, "9007199254740992"),
        ("٣", {"type": "integer"}, "٣"),
        ("12", {"type": "number"}, 12),
        ("-0.5", {"type": "number"}, -0.5),
        (".5e-3", {"type": "number"}, 0.0005),
        ("1e999", {"type": "number"}, "1e999"),
        ("nan", {"type": "number"}, "nan"),
        ("1,5", {"type": "number"}, "1,5"),
        ("TRUE", {"type": "boolean"}, True),
        ("0", {"type": "boolean"}, False),
        ("yes", {"type": "boolean"}, "yes"),
        ('{"a":[1]}', {"type": "object"}, {"a": [1]}),
        ("[1,2]", {"type": "array"}, [1, 2]),
        ('{"a":1,"a":2}', {"type": "object"}, '{"a":1,"a":2}'),
        ("1", {"type": "array"}, "1"),
        ("1", {"type": ["integer", "boolean"]}, 1),
        ("true", {"type": ["integer", "boolean"]}, True),
        ("x", {"type": ["integer", "boolean"]}, "x"),
        ("5", {"type": ["string", "integer"]}, "5"),
        ("5", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, 5),
        ("5", {"enum": [1, 5]}, 5),
        ("5", {"enum": ["1", "5"]}, "5"),
        ("5", {"const": 5}, 5),
    ],
)
def test_a_cell_becomes_what_the_schema_asks_for(cell: str, schema: Any, made: Any) -> None:
    got = value(cell, schema)

    assert (got, type(got)) == (made, type(made))


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        (TEXT, ""),
        ({"type": ["string", "null"]}, ""),
        ({"type": "number"}, "ABSENT"),
        ({"type": ["number", "null"]}, "ABSENT"),
        ({}, "ABSENT"),
    ],
)
def test_an_empty_cell_is_an_absent_member_unless_text_is_wanted(schema: Any, made: Any) -> None:
    assert value("", schema) == made


def test_an_empty_cell_is_null_where_something_is_required_and_null_will_do() -> None:
    assert value("", {"type": ["number", "null"]}, required=True) is None


def test_without_a_schema_everything_is_text() -> None:
    cells = Cells(["a", "b", "c"], None, None)
    assert cells.object_of(["01", "", "true"]) == {"a": "01", "c": "true"}


def test_references_into_the_schema_are_followed() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/count"}, "b": {"$ref": "#/$defs/loop"}},
        "$defs": {"count": {"type": "integer"}, "loop": {"$ref": "#/$defs/loop"}},
    }

    assert Cells(["a", "b"], schema, None).object_of(["1", "1"]) == {"a": 1, "b": "1"}


def test_members_that_are_not_declared_have_the_type_of_additional_ones() -> None:
    schema = {"additionalProperties": {"type": "integer"}}
    assert Cells(["a"], schema, None).object_of(["1"]) == {"a": 1}


def test_a_hidden_column_makes_no_member() -> None:
    assert Cells(["a", "realm"], None, "realm").object_of(["1", "red"]) == {"a": "1"}

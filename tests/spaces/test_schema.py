"""A collection's schema: what it accepts, and how it says what it does not."""

from typing import Any

import pytest

from service.spaces.errors import InvalidSchema
from service.spaces.schema import ERRORS_MAX, SCHEMA_BYTES_MAX, compile_schema

PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}},
        "a/b": {"type": "boolean"},
        "mail": {"format": "email"},
        "born": {"format": "date-time"},
    },
    "additionalProperties": False,
}


def errors(data: object, schema: dict[str, Any] = PERSON) -> dict[str, str]:
    """Pointer to code of everything that is wrong."""
    return {str(error.pointer): error.code for error in compile_schema(schema).errors(data)}


def refusal(schema: dict[str, Any]) -> str:
    with pytest.raises(InvalidSchema) as refused:
        compile_schema(schema)
    return str(refused.value.errors[0].pointer)


def test_what_fits_is_accepted() -> None:
    person = {"name": "Ada", "age": 36, "tags": ["x"], "mail": "ada@example.org"}

    assert compile_schema(PERSON).accepts(person)
    assert errors(person) == {}


def test_everything_that_is_wrong_is_named_by_its_place() -> None:
    person = {"age": -1, "tags": ["x", 7], "a/b": "yes", "mail": "nobody", "extra": 1}

    assert errors(person) == {
        "#/data/name": "required",
        "#/data/age": "minimum",
        "#/data/tags/1": "type",
        "#/data/a~1b": "type",
        "#/data/mail": "format",
        "#/data": "additionalProperties",
    }


def test_formats_are_checked() -> None:
    assert errors({"name": "Ada", "born": "yesterday"}) == {"#/data/born": "format"}


def test_messages_do_not_repeat_the_data() -> None:
    said = compile_schema(PERSON).errors({"name": "a secret of theirs"})

    assert "secret" not in said[0].detail
    assert said[0].detail == "This value is longer than 5 characters"


def test_there_are_so_many_reasons_and_no_more() -> None:
    reasons = compile_schema(PERSON).errors({"name": "Ada", "tags": list(range(100))})

    assert len(reasons) == ERRORS_MAX


def test_large_data_gets_one_reason() -> None:
    reasons = compile_schema(PERSON).errors({"name": "Ada", "tags": [1] * 50_000})

    assert [reason.pointer for reason in reasons] == ["#/data/tags/0"]


def test_large_data_against_alternatives_is_refused_without_a_place() -> None:
    schema = {"properties": {"a": {"items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}

    (reason,) = compile_schema(schema).errors({"a": [1] * 50_000})

    assert (reason.pointer, reason.code) == ("#/data", "schema")


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"type": "objekt"}, "#/schema/type"),
        ({"properties": {"a": {"minimum": "1"}}}, "#/schema/properties/a/minimum"),
        ({"properties": {"a": {"pattern": "("}}}, "#/schema/properties/a/pattern"),
        ({"properties": {"a": {"pattern": "(?=b)"}}}, "#/schema/properties/a/pattern"),
        ({"properties": {"a": {"pattern": r"(b)\1"}}}, "#/schema/properties/a/pattern"),
        ({"pattern": "(a{1000}){1000}"}, "#/schema/pattern"),
        ({"patternProperties": {"(": True}}, "#/schema/patternProperties/("),
        ({"$ref": "http://127.0.0.1/"}, "#/schema/$ref"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "#/schema/$schema"),
        ({"title": "x" * SCHEMA_BYTES_MAX}, "#/schema"),
    ],
)
def test_a_bad_schema_is_refused_by_its_place(schema: dict[str, Any], pointer: str) -> None:
    assert refusal(schema) == pointer


def test_the_dialect_may_be_said() -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}

    assert compile_schema(schema).accepts({})


def test_a_nasty_pattern_takes_linear_time() -> None:
    schema = {"properties": {"a": {"pattern": "^(a|aa)+$"}}}

    assert errors({"a": "a" * 100_000 + "b"}, schema) == {"#/data/a": "pattern"}


def test_unknown_keywords_and_formats_are_annotations() -> None:
    assert errors({"a": 1}, {"x-mine": True, "properties": {"a": {"format": "colour"}}}) == {}


def test_long_messages_are_cut() -> None:
    schema = {"const": {"a": "x" * 1000}}

    (reason,) = compile_schema(schema).errors({})

    assert len(reason.detail) < 310


def test_data_that_would_take_too_long_to_check_is_refused_at_once() -> None:
    schema = {"properties": {"a": {"items": {"allOf": [{"minimum": -n} for n in range(400)]}}}}
    validator = compile_schema(schema)

    assert validator.errors({"a": [1] * 1000}) == []
    (error,) = validator.errors({"a": [1] * 10_000})
    assert error.code == "too_much_to_check"

"""Schemas that would cost too much are refused before they are compiled."""

import json
from typing import Any

import pytest

from service.spaces.errors import InvalidSchema
from service.spaces.schema_shape import DEPTH_MAX, WEIGHT_MAX, Shape, shape_of

Schema = dict[str, Any]


def chain(length: int, link: Schema) -> Schema:
    """Definitions ``0`` to ``length``: each is ``link``, whose NEXT is the one after."""
    definitions = {str(n): pointed(link, f"#/$defs/{n + 1}") for n in range(length)}
    return {"$defs": {**definitions, str(length): True}, "$ref": "#/$defs/0"}


def pointed(schema: Schema, reference: str) -> Schema:
    linked: Schema = json.loads(json.dumps(schema).replace("NEXT", reference))
    return linked


def nested(depth: int) -> Schema:
    return {"items": nested(depth - 1)} if depth else {"type": "string"}


def refusal(schema: Schema) -> tuple[str, str]:
    with pytest.raises(InvalidSchema) as refused:
        shape_of(schema)
    (error,) = refused.value.errors
    return str(error.pointer), error.detail


def test_every_subschema_that_a_value_may_meet_counts() -> None:
    schema = {"properties": {"a": {"type": "string"}, "b": True}, "required": ["a"]}

    assert shape_of(schema).weight == 3


def test_what_is_referred_to_twice_counts_twice() -> None:
    definition = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schema = {
        "$defs": {"text": definition, "unused": definition},
        "properties": {"a": {"$ref": "#/$defs/text"}, "b": {"$ref": "#/$defs/text"}},
    }

    assert shape_of(schema).weight == 1 + 2 * (1 + 3)


def test_patterns_and_structured_options_count_more() -> None:
    assert shape_of({"patternProperties": {"^a": True}}).weight == 12
    assert shape_of({"enum": [{"a": 1}, {"a": 2}, "plain"]}).weight == 3


def test_names_of_members_are_not_keywords() -> None:
    schema = {"properties": {"$ref": {"type": "string"}, "anyOf": True, "$id": True}}

    assert shape_of(schema) == Shape(weight=4, below=1)


ALL_OF_THREE: Schema = {"allOf": [True, True, True]}


@pytest.mark.parametrize(
    ("schema", "most"),
    [
        ({"properties": {"a": ALL_OF_THREE, "b": ALL_OF_THREE}}, 4),
        ({"items": ALL_OF_THREE}, 4),
        ({"items": {"items": ALL_OF_THREE}}, 4),
        ({"allOf": [{"items": ALL_OF_THREE}, {"items": ALL_OF_THREE}]}, 8),
        ({"patternProperties": {"a": ALL_OF_THREE, "b": ALL_OF_THREE}}, 21),
        ({"properties": {"a": ALL_OF_THREE}, "additionalProperties": ALL_OF_THREE}, 8),
        ({"prefixItems": [ALL_OF_THREE, True], "items": True}, 5),
        ({"allOf": [True] * 9, "properties": {"more": {"items": {"$ref": "#"}}}}, 13),
    ],
)
def test_a_value_meets_only_what_is_said_of_its_place(schema: Schema, most: int) -> None:
    assert shape_of(schema).for_each_value == most


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_alternatives_are_told(keyword: str) -> None:
    schema = {"properties": {"a": {keyword: [True, False]}}}

    assert shape_of(schema).alternatives


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"children": {"items": {"$ref": "#"}}}},
        {
            "$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}}},
            "$ref": "#/$defs/node",
        },
        {
            "$defs": {
                "a": {"properties": {"b": {"$ref": "#/$defs/b"}}},
                "b": {"properties": {"a": {"$ref": "#/$defs/a"}}},
            },
            "properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#/$defs/b"}},
        },
        {
            "$defs": {"tree": {"properties": {"kids": {"items": {"$ref": "#/$defs/tree"}}}}},
            "properties": {"left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}},
        },
        {"properties": {"a": {"properties": {"b": {"$ref": "#/properties/a"}}}}},
    ],
    ids=["root", "list", "pair", "used twice", "inline"],
)
def test_coming_back_in_one_way_is_fine(schema: Schema) -> None:
    assert shape_of(schema).loops == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}},
        {"anyOf": [{"items": {"$ref": "#"}}, {"contains": {"$ref": "#"}}]},
        {
            "$defs": {
                "a": {"anyOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/c"}]},
                "b": {"items": {"$ref": "#/$defs/d"}},
                "c": {"items": {"$ref": "#/$defs/d"}},
                "d": {"items": {"$ref": "#/$defs/a"}},
            },
            "$ref": "#/$defs/a",
        },
        {
            "$defs": {"a": {"items": {"$ref": "#/$defs/a"}, "contains": {"$ref": "#/%24defs/a"}}},
            "$ref": "#/$defs/a",
        },
    ],
    ids=["both sides", "alternatives", "diamond", "two spellings"],
)
def test_coming_back_in_two_ways_is_refused(schema: Schema) -> None:
    assert "more than one way" in refusal(schema)[1]


def test_doubling_is_counted_without_doing_it() -> None:
    schema = chain(15, {"anyOf": [{"$ref": "NEXT"}, {"$ref": "NEXT"}]})

    assert f"{WEIGHT_MAX:,} checks" in refusal(schema)[1]


def test_a_long_chain_is_too_deep_and_no_crash() -> None:
    assert "levels deep" in refusal(chain(5000, {"$ref": "NEXT"}))[1]


def test_depth_is_limited() -> None:
    assert shape_of(nested(DEPTH_MAX - 2)).weight == DEPTH_MAX - 1
    assert "levels deep" in refusal(nested(DEPTH_MAX + 1))[1]


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"$ref": "https://example.org/other.json"}, "#/schema/$ref"),
        ({"$ref": "other.json#/x"}, "#/schema/$ref"),
        ({"$ref": "#anchor"}, "#/schema/$ref"),
        ({"items": {"$ref": "#/$defs/nothing"}}, "#/schema/items/$ref"),
        ({"items": {"$ref": "#/allOf/7"}, "allOf": [True]}, "#/schema/items/$ref"),
        ({"$ref": "#/x-mine", "x-mine": {"properties": 3}}, "#/schema/$ref"),
        ({"$ref": "#/required", "required": ["a"]}, "#/schema/$ref"),
        ({"items": {"$dynamicRef": "#x"}}, "#/schema/items/$dynamicRef"),
        ({"items": {"$id": "https://example.org/"}}, "#/schema/items/$id"),
        ({"items": {"$schema": "https://example.org/"}}, "#/schema/items/$schema"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_place(schema: Schema, pointer: str) -> None:
    assert refusal(schema)[0] == pointer


def test_a_reference_may_lead_to_any_schema_inside() -> None:
    schema = {
        "x-types": {"a/b": {"type": "string"}},
        "allOf": [{"type": "object"}],
        "properties": {"a": {"$ref": "#/x-types/a~1b"}, "b": {"$ref": "#/allOf/0"}},
    }

    assert shape_of(schema).weight == 6

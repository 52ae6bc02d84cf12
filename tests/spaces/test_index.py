"""Declaring indexes."""

from typing import Any

import pytest

from service.spaces.errors import InvalidIndexes
from service.spaces.index import Index, IndexField, declare, dump, load, with_state

BY_CODE = Index("iata", (IndexField("iata", "text"),))


def declared(*wanted: dict[str, Any], present: tuple[Index, ...] = ()) -> tuple[Index, ...]:
    return declare(wanted, present)


def refusal(*wanted: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidIndexes) as refused:
        declare(wanted, ())
    return [str(error.pointer) for error in refused.value.errors]


def test_an_index_has_fields_with_types_and_is_built_first() -> None:
    wanted = {
        "name": "place",
        "fields": [{"field": "address.city", "type": "text"}, {"field": "lat", "type": "number"}],
    }

    assert declared(wanted) == (
        Index(
            "place", (IndexField("address.city", "text"), IndexField("lat", "number")), "building"
        ),
    )


def test_one_field_may_be_written_short() -> None:
    assert declared({"field": "iata", "type": "text"}) == (BY_CODE,)


def test_without_a_name_it_is_called_after_its_fields() -> None:
    wanted = {"fields": [{"field": "address.city", "type": "text"}, {"field": "updated_at"}]}

    assert declared(wanted)[0].name == "address_city_updated_at"


@pytest.mark.parametrize(
    ("field", "type_"),
    [
        ("created_at", "timestamp"),
        ("updated_at", "timestamp"),
        ("updated_by", "text"),
        ("realm", "text"),
    ],
)
def test_the_records_own_fields_have_their_types(field: str, type_: str) -> None:
    (index,) = declared({"field": field})

    assert index.fields[0].type == type_


def test_what_is_built_already_stays_built() -> None:
    ready = with_state((BY_CODE,), "iata", "ready")

    assert declared({"field": "iata", "type": "text"}, present=ready) == ready


@pytest.mark.parametrize(
    ("present", "wanted"),
    [
        (with_state((BY_CODE,), "iata", "failed"), {"field": "iata", "type": "text"}),
        (with_state((BY_CODE,), "iata", "ready"), {"field": "iata", "type": "number"}),
        (
            with_state((BY_CODE,), "iata", "ready"),
            {"name": "iata", "field": "code", "type": "text"},
        ),
    ],
    ids=["failed", "other type", "other field"],
)
def test_what_failed_or_is_another_is_built_anew(
    present: tuple[Index, ...], wanted: dict[str, Any]
) -> None:
    assert declared(wanted, present=present)[0].state == "building"


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"field": "a"}, "#/indexes/0/type"),
        ({"field": "realm", "type": "number"}, "#/indexes/0/type"),
        ({"type": "text"}, "#/indexes/0/field"),
        ({"field": "a b", "type": "text"}, "#/indexes/0/field"),
        ({"field": "a.b.c.d.e", "type": "text"}, "#/indexes/0/field"),
        ({"field": "a'); DROP TABLE records --", "type": "text"}, "#/indexes/0/field"),
        ({"field": "ä", "type": "text"}, "#/indexes/0/field"),
        ({"field": "a.", "type": "text"}, "#/indexes/0/field"),
        ({"field": "a\n", "type": "text"}, "#/indexes/0/field"),
        ({"field": "a", "type": "text", "fields": [{"field": "a", "type": "text"}]}, "#/indexes/0"),
        ({"name": "x"}, "#/indexes/0"),
        ({"fields": []}, "#/indexes/0/fields"),
        ({"fields": [{"field": f"f{n}", "type": "text"} for n in range(4)]}, "#/indexes/0/fields"),
        ({"fields": [{"field": "a", "type": "text"}, {"field": "b"}]}, "#/indexes/0/fields/1/type"),
        ({"name": "a b", "field": "a", "type": "text"}, "#/indexes/0/name"),
        ({"field": "a" * 64 + "." + "b" * 64, "type": "text"}, "#/indexes/0/name"),
    ],
)
def test_what_cannot_be_built_is_refused_by_its_place(wanted: dict[str, Any], pointer: str) -> None:
    assert pointer in refusal(wanted)


def test_names_are_unique() -> None:
    twice = {"field": "a", "type": "text"}

    assert refusal(twice, {"field": "b", "type": "text"}, twice) == ["#/indexes/2/name"]


def test_there_are_ten_at_the_most() -> None:
    assert refusal(*({"field": f"f{n}", "type": "text"} for n in range(11))) == ["#/indexes"]


def test_what_is_stored_is_read_again() -> None:
    indexes = declared({"field": "a.b", "type": "number"}, {"field": "realm"})

    assert load(dump(indexes)) == indexes

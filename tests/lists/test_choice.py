from typing import Any

import pytest

from service.core.errors import Invalid
from service.lists.choice import walk_for
from service.lists.errors import IndexNotReady, NotIndexed
from service.lists.query import read_list_query
from service.lists.walks import Walk
from service.spaces.index import Index
from tests.lists.listed import collection, index

READY = (index("price:number"), index("status:text", "-due:timestamp"))


def choose(parameters: dict[str, str], *indexes: Index) -> Walk:
    return walk_for("sqlite", "main", collection(*indexes), read_list_query(parameters))


def refusal(parameters: dict[str, str], *indexes: Index) -> dict[str, Any]:
    with pytest.raises(NotIndexed) as refused:
        choose(parameters, *indexes)
    return {**refused.value.members, "where": [each.parameter for each in refused.value.errors]}


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"filter[title]": "x"}, "filter[title][eq]"),
        ({"filter[price]": "1", "filter[title][ne]": "x"}, "filter[title][ne]"),
        ({"filter[realm]": "red"}, "filter[realm][eq]"),
        ({"filter[data.id]": "a"}, "filter[data.id][eq]"),
        ({"sort": "title"}, "sort"),
        ({"sort": "due"}, "sort"),
        ({"sort": "status,due"}, "sort"),
        ({"sort": "price,status"}, "sort"),
        ({"sort": "-price,id"}, "sort"),
        ({"filter[status][gt]": "a", "sort": "due"}, "sort"),
    ],
)
def test_what_no_index_serves_is_refused_with_what_there_is(
    parameters: dict[str, str], where: str
) -> None:
    assert refusal(parameters, *READY) == {
        "indexed": ["due", "id", "price", "seq", "status"],
        "sorts": ["id", "price", "seq", "status,-due"],
        "where": [where],
    }


def test_without_any_index_there_are_id_and_seq() -> None:
    found = refusal({"sort": "title"})
    assert (found["indexed"], found["sorts"]) == (["id", "seq"], ["id", "seq"])


@pytest.mark.parametrize("parameters", [{"filter[price]": "1"}, {"sort": "price"}])
def test_an_index_that_is_being_built_is_waited_for(parameters: dict[str, str]) -> None:
    with pytest.raises(IndexNotReady) as refused:
        choose(parameters, index("price:number", state="building"))
    assert refused.value.retry_after_seconds


def test_nobody_waits_for_an_index_that_is_not_needed() -> None:
    building = index("price:number", "status:text", state="building")
    assert choose({"sort": "price"}, building, *READY).way.index


def test_an_index_that_could_not_be_built_is_none() -> None:
    assert refusal({"sort": "price"}, index("price:number", state="failed"))["sorts"] == [
        "id",
        "seq",
    ]


def test_a_field_that_was_declared_as_two_kinds_is_of_the_first() -> None:
    both = (index("price:number"), index("price:text", "due:timestamp"))
    assert choose({"filter[price]": "1"}, *both).fixed[0].key == 1.0
    assert "price,due" not in refusal({"sort": "price,due"}, *both)["sorts"]


def test_every_wrong_value_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        choose({"filter[price]": "x", "filter[due][gt]": "y", "filter[status]": "z"}, *READY)
    assert {each.parameter for each in refused.value.errors} == {
        "filter[price][eq]",
        "filter[due][gt]",
    }

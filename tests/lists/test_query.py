import pytest

from service.core.errors import Invalid
from service.lists.filters import Filter
from service.lists.query import EVERYTHING, ListQuery, read_list_query
from service.lists.sorts import Sort


def faults(parameters: dict[str, str]) -> set[str | None]:
    with pytest.raises(Invalid) as refused:
        read_list_query(parameters)
    return {error.parameter for error in refused.value.errors}


def test_without_parameters_it_is_the_first_hundred_in_the_order_of_ids() -> None:
    assert read_list_query({}) == EVERYTHING == ListQuery(100, 0, None, (), ())


def test_everything_at_once() -> None:
    query = read_list_query(
        {
            "limit": "1000",
            "cursor": "abc",
            "sort": "-due,owner.name",
            "filter[status]": "open",
            "filter[data.price][lte]": "5,5",
            "fields": "title",
        }
    )
    assert (query.limit, query.offset, query.cursor) == (1000, 0, "abc")
    assert query.sorts == (Sort("due", True), Sort("owner.name", False))
    assert query.filters == (Filter("price", "lte", "5,5"), Filter("status", "eq", "open"))
    assert query.projection is not None


@pytest.mark.parametrize("text", ["", "0", "-1", "1001", "1.5", "ten", "٣", "1_0", "9" * 30, " 5"])
def test_a_limit_is_from_1_to_1000(text: str) -> None:
    assert faults({"limit": text}) == {"limit"}


@pytest.mark.parametrize("text", ["", "-1", "10001", "x"])
def test_an_offset_is_from_0_to_10000(text: str) -> None:
    assert faults({"offset": text}) == {"offset"}


@pytest.mark.parametrize(
    "name",
    [
        "filter[a][like]",
        "filter[a][EQ]",
        "filter[a]]",
        "filter[]",
        "filter[a.]",
        "filter[a][eq][x]",
        "filter[a'b]",
        "filter[",
        "filter[a.b.c.d.e]",
        "filter",
        "Limit",
        "page",
    ],
)
def test_what_is_no_parameter_is_refused(name: str) -> None:
    assert faults({name: "1"}) == {name}


@pytest.mark.parametrize(
    ("parameters", "at_fault"),
    [
        ({"cursor": "abc", "offset": "1"}, {"offset"}),
        ({"cursor": "a" * 2001}, {"cursor"}),
        ({"cursor": ""}, {"cursor"}),
        ({"sort": "a,b,c,d"}, {"sort"}),
        ({"fields": "a,"}, {"fields"}),
        ({"fields": ",".join(f"f{n}" for n in range(51))}, {"fields"}),
        ({"filter[a]": "x" * 1001}, {"filter[a]"}),
        ({"filter[a][in]": "x" * 100_001}, {"filter[a][in]"}),
        ({f"filter[f{n}]": "1" for n in range(11)}, {"filter"}),
        ({"limit": "0", "sort": "!", "filter[a][b]": ""}, {"limit", "sort", "filter[a][b]"}),
    ],
)
def test_everything_that_is_wrong_is_named(parameters: dict[str, str], at_fault: set[str]) -> None:
    assert faults(parameters) == at_fault

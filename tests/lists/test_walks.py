"""Which walk serves a list: the table of docs/lists.md."""

import pytest

from service.lists.choice import walk_for
from service.lists.query import read_list_query
from service.lists.walks import Walk
from tests.lists.listed import collection, index

COLLECTION = collection(
    index("price:number"),
    index("status:text"),
    index("status:text", "-due:timestamp"),
    index("owner.name:text", "status:text", "price:number"),
)


def walk(parameters: dict[str, str]) -> Walk:
    return walk_for("sqlite", "main", COLLECTION, read_list_query(parameters))


def order_of(found: Walk) -> str:
    return ",".join(f"{'-' * each.descending}{each.field.path}" for each in found.order)


@pytest.mark.parametrize(
    ("parameters", "order"),
    [
        ({}, "id"),
        ({"sort": "-id"}, "-id"),
        ({"sort": "seq"}, "seq"),
        ({"sort": "price"}, "price,id"),
        ({"sort": "-price"}, "-price,-id"),
        ({"sort": "price,id"}, "price,id"),
        ({"sort": "status"}, "status,id"),
        ({"sort": "status,-due"}, "status,-due,-id"),
        ({"sort": "-status,due"}, "-status,due,id"),
        ({"sort": "owner.name"}, "owner.name,status,price,id"),
        ({"filter[status]": "open"}, "id"),
        ({"filter[status]": "open", "sort": "-id"}, "-id"),
        ({"filter[status]": "open", "sort": "due"}, "due,id"),
        ({"filter[status]": "open", "sort": "status,-due"}, "-due,-id"),
        ({"filter[status][exists]": "false", "sort": "-due"}, "-due,-id"),
        ({"filter[price][gt]": "1"}, "price,id"),
        ({"filter[price][gt]": "1", "sort": "id"}, "id"),
        ({"filter[price][ne]": "1"}, "id"),
        ({"filter[status][in]": "a,b"}, "status,id"),
        ({"filter[owner.name]": "ada", "filter[status]": "open"}, "price,id"),
        ({"filter[status]": "open", "filter[price][lt]": "5"}, "id"),
        ({"filter[seq][gt]": "5"}, "seq"),
        ({"filter[seq][gt]": "5", "filter[id][gt]": "a"}, "id"),
        ({"filter[id]": "a"}, "id"),
    ],
)
def test_the_order_of_a_list(parameters: dict[str, str], order: str) -> None:
    assert order_of(walk(parameters)) == order


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        ({"filter[status]": "open", "filter[price][lt]": "5"}, 2),
        ({"filter[price][gt]": "1", "filter[price][lt]": "5"}, 0),
        ({"filter[price][ne]": "1"}, 1),
        ({"filter[price][gt]": "1", "sort": "id"}, 1),
        ({"filter[owner.name]": "a", "filter[status]": "b", "filter[price]": "1"}, 0),
        ({"filter[due][gt]": "2026-01-01T00:00:00Z", "filter[status]": "open"}, 0),
        ({"filter[due][gt]": "2026-01-01T00:00:00Z", "filter[status][ne]": "open"}, 2),
    ],
)
def test_what_is_left_to_be_asked_of_each_record(parameters: dict[str, str], asked: int) -> None:
    assert len(walk(parameters).asking) == asked


def test_behind_a_record_the_innermost_column_comes_first() -> None:
    found = walk({"sort": "status,-due"})
    stretches = found.stretches_behind(("=open", "2026", "b"))
    assert [
        (stretch.depth, [(each.field.path, each.operator) for each in stretch.conditions])
        for stretch in stretches
    ] == [
        (2, [("status", "eq"), ("due", "eq"), ("id", "lt")]),
        (1, [("status", "eq"), ("due", "lt")]),
        (0, [("status", "gt")]),
    ]


def test_each_of_several_values_is_a_stretch() -> None:
    found = walk({"filter[status][in]": "b,a,c"})
    assert [stretch.conditions[0].key for stretch in found.stretches()] == ["=a", "=b", "=c"]
    behind = found.stretches_behind(("=b", "id"))
    assert [stretch.conditions[0].key for stretch in behind] == ["=b", "=c"]

import orjson

from service.lists.page import ListPage
from service.records.projection import Projection

AT = "2026-11-22T13:57:50.123Z"
ROW = ("a", "shared", 2, 7, AT, AT, "usr_ada", '{"title":"\\"Milk\\"","n":1.50}', "=a key")


def test_data_leaves_as_the_text_that_is_stored() -> None:
    text = ListPage([ROW, ROW], "abc").as_json("todos")
    assert text.count('"data":{"title":"\\"Milk\\"","n":1.50}') == 2
    assert orjson.loads(text) == {
        "data": [
            {
                "id": "a",
                "collection": "todos",
                "realm": "shared",
                "data": {"title": '"Milk"', "n": 1.5},
                "version": 2,
                "seq": 7,
                "created_at": AT,
                "updated_at": AT,
                "updated_by": "usr_ada",
            }
        ]
        * 2,
        "next_cursor": "abc",
    }


def test_an_empty_page_is_one_too() -> None:
    assert ListPage([], None).as_json("todos") == '{"data":[],"next_cursor":null}'


def test_sparse_fields_leave_the_records_own() -> None:
    (record,) = orjson.loads(ListPage([ROW], None).as_json("todos", Projection(["n"])))["data"]
    assert record["data"] == {"n": 1.5}
    assert record["version"] == 2


def test_links_lead_to_the_first_page_and_to_the_next() -> None:
    parameters = {"filter[a][gt]": "ä&b", "limit": "2", "cursor": "old", "offset": "3"}
    filters = "filter%5Ba%5D%5Bgt%5D=%C3%A4%26b&limit=2"
    assert ListPage([], "new").links("https://x/r", parameters) == (
        f'<https://x/r?{filters}>; rel="first", <https://x/r?{filters}&cursor=new>; rel="next"'
    )


def test_the_last_page_has_no_next() -> None:
    assert ListPage([], None).links("https://x/r", {}) == '<https://x/r>; rel="first"'

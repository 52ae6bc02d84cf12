"""Pages of lists, over both databases."""

from base64 import urlsafe_b64decode

import pytest

from service.core.errors import Invalid, InvalidCursor
from service.core.keyring import Keyring
from service.lists import reading
from service.lists.errors import CursorMismatch
from service.lists.pager import Pager
from tests.lists.listed import Make, index, numbered


def test_an_empty_collection_has_one_empty_page(make: Make) -> None:
    assert list(make().pages()) == [[]]


def test_without_a_sort_records_come_in_the_order_of_their_ids(make: Make) -> None:
    things = make()
    things.put({"id": "b"}, {"id": "B"}, {"id": "a"}, {"id": "_"}, {"id": "-"}, {"id": "10"})
    assert things.ids() == ["-", "10", "B", "_", "a", "b"]


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (4, [3])])
def test_a_page_has_as_many_as_were_asked_for_and_the_last_has_no_cursor(
    make: Make, limit: int, sizes: list[int]
) -> None:
    things = make()
    things.put(*numbered(3))
    assert [len(page) for page in things.pages({"limit": str(limit)})] == sizes


def test_a_row_has_its_columns_in_the_order_that_is_promised(make: Make) -> None:
    things = make()
    things.put(id="a", realm="red", version=3, seq=7, updated_by="usr_bob", title="Milk")
    (row,) = things.page({}).rows
    at = "2027-01-15T08:00:00.001Z"
    assert row[:8] == ("a", "red", 3, 7, at, at, "usr_bob", '{"title":"Milk"}')


def test_what_is_deleted_is_in_no_list(make: Make) -> None:
    things = make(index("n:number"))
    things.put(*numbered(2), {"id": "gone", "deleted": True})
    assert things.ids() == things.ids({"sort": "n"}) == things.ids({"sort": "seq"})


@pytest.mark.parametrize("parameters", [{}, {"sort": "n"}, {"sort": "-seq"}, {"offset": "0"}])
def test_only_the_realms_one_is_in_are_seen(make: Make, parameters: dict[str, str]) -> None:
    things = make(index("n:number"))
    things.put({"id": "a", "realm": "red", "n": 1}, {"id": "b", "realm": "blue", "n": 2})
    things.put({"id": "c", "realm": "*", "n": 3})
    assert things.ids(parameters, ("red",)) == ["a"]
    assert sorted(things.ids(parameters, ("red", "blue"))) == ["a", "b"]
    assert things.ids(parameters, ()) == []
    assert sorted(things.ids(parameters)) == ["a", "b", "c"]


def test_other_collections_and_spaces_are_not_seen(make: Make) -> None:
    things = make(index("n:number"))
    things.put({"id": "a", "n": 1}, {"id": "b", "n": 2, "collection": "others"})
    things.put({"id": "c", "n": 3, "space": f"{things.space}x"})
    for parameters in ({}, {"sort": "n"}, {"sort": "seq"}):
        assert things.ids(parameters) == ["a"]


def test_what_is_missing_or_of_another_type_comes_first(make: Make) -> None:
    things = make(index("n:number"))
    things.put({"id": "a", "n": 2}, {"id": "b"}, {"id": "c", "n": "3"}, {"id": "d", "n": None})
    things.put({"id": "e", "n": -5}, {"id": "f", "n": True})
    assert things.ids({"sort": "n"}) == ["b", "c", "d", "f", "e", "a"]
    assert things.ids({"sort": "-n"}) == ["a", "e", "f", "d", "c", "b"]


def test_text_is_ordered_by_code_point(make: Make) -> None:
    things = make(index("t:text"))
    words = ["z", "Z", "ä", "a", "\uffee", "\U0001f600", "", "a b", "=", "a\u0301"]
    things.put(*({"id": f"w{n}", "t": word} for n, word in enumerate(words)))
    ordered = [words[int(id_[1:])] for id_ in things.ids({"sort": "t", "limit": "3"})]
    assert ordered == sorted(words)


def test_timestamps_are_ordered_by_time_however_precise_they_are(make: Make) -> None:
    things = make(index("at:timestamp"))
    things.put(
        {"id": "d", "at": "2026-01-01T00:00:00.5Z"},
        {"id": "c", "at": "2026-01-01T00:00:00.123456Z"},
    )
    things.put(
        {"id": "b", "at": "2026-01-01T00:00:00Z"}, {"id": "a", "at": "2026-01-01T01:00:00+01:00"}
    )
    things.put({"id": "_", "at": "2026-01-01T00:00:00.124Z"})
    assert things.ids({"sort": "at"}) == ["a", "b", "c", "_", "d"]
    assert things.ids({"filter[at]": "2026-01-01T01:00:00.123+01:00"}) == ["c"]
    assert things.ids({"filter[at]": "2026-01-01T00:00:00.500Z"}) == ["d"]


def test_a_sort_by_two_fields_may_turn_as_its_index_does(make: Make) -> None:
    things = make(index("-p:number", "t:text"))
    things.put(
        {"id": "a", "p": 1, "t": "x"}, {"id": "b", "p": 2, "t": "y"}, {"id": "c", "p": 2, "t": "x"}
    )
    for limit in "123":
        assert things.ids({"sort": "-p,t", "limit": limit}) == ["c", "b", "a"]
        assert things.ids({"sort": "p,-t", "limit": limit}) == ["a", "b", "c"]


def test_filters_that_no_order_serves_are_asked_of_each_record(make: Make) -> None:
    things = make(index("n:number"), index("t:text"))
    things.put(*numbered(6, t="x"), {"id": "y", "n": 3, "t": "y"})
    parameters = {"filter[n][gte]": "2", "filter[t][eq]": "x", "sort": "-n", "limit": "2"}
    assert things.ids(parameters) == ["t0005", "t0004", "t0003", "t0002"]


def test_one_of_several_values_comes_in_the_order_of_the_field(make: Make) -> None:
    things = make(index("t:text", "n:number"))
    things.put(*({"id": f"{t}{n}", "t": t, "n": n} for t in "abc" for n in range(3)))
    assert things.ids({"filter[t][in]": "c,a,nothing", "limit": "2"}) == [
        "a0",
        "a1",
        "a2",
        "c0",
        "c1",
        "c2",
    ]


def test_records_are_found_by_their_ids(make: Make) -> None:
    things = make()
    things.put(*numbered(5))
    assert things.ids({"filter[id][in]": "t0003,none,t0001", "limit": "1"}) == ["t0001", "t0003"]
    assert things.ids({"filter[id]": "t0002"}) == ["t0002"]
    assert things.ids({"filter[id][prefix]": "t000", "sort": "-id", "limit": "2"})[0] == "t0004"


def test_records_are_found_by_their_place_in_the_log(make: Make) -> None:
    things = make()
    things.put(*numbered(5))
    assert things.ids({"filter[seq][gt]": "3"}) == ["t0003", "t0004"]
    assert things.ids({"sort": "-seq", "limit": "2"}) == [f"t000{n}" for n in (4, 3, 2, 1, 0)]


def test_a_member_of_data_is_reached_behind_a_name_of_the_records_own(make: Make) -> None:
    things = make(index("data.id:text"), index("updated_at:timestamp"))
    things.put({"id": "b"}, {"id": "a"})
    things.run(
        "UPDATE records SET data = :data WHERE id = 'b' AND space = :space", data='{"id":"2"}'
    )
    assert things.ids({"filter[data.id]": "2"}) == ["b"]
    assert things.ids({"sort": "updated_at"}) == ["b", "a"]


class TestCursor:
    """A cursor is good for the list that it came from, and for nobody's eyes."""

    def test_it_does_not_show_what_its_bearer_cannot_see(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "LOOKED_AT_MAX", 1)
        things = make(index("pay:number"))
        things.put(
            {"id": "secret", "pay": 1, "realm": "blue"}, {"id": "b", "pay": 2, "realm": "red"}
        )
        pages = [things.page({"sort": "pay", "limit": "1"}, ("red",)) for _ in range(2)]
        assert pages[0].next_cursor == pages[1].next_cursor
        assert b"secret" not in urlsafe_b64decode(f"{pages[0].next_cursor}==")

    @pytest.mark.parametrize(
        "other",
        [
            {"sort": "-n"},
            {"sort": "t"},
            {},
            {"sort": "n", "filter[t][eq]": "x"},
            {"sort": "n", "filter[n][gt]": "0"},
        ],
    )
    def test_it_is_refused_by_another_list(self, make: Make, other: dict[str, str]) -> None:
        things = make(index("n:number"), index("t:text"))
        things.put(*numbered(3, t="x"))
        cursor = things.page({"sort": "n", "limit": "1"}).next_cursor or ""
        with pytest.raises(CursorMismatch):
            things.page({**other, "cursor": cursor})

    def test_another_limit_and_other_fields_are_no_other_list(self, make: Make) -> None:
        things = make()
        things.put(*numbered(4))
        cursor = things.page({"limit": "1"}).next_cursor or ""
        page = things.page({"limit": "2", "fields": "n", "cursor": cursor})
        assert [row[0] for row in page.rows] == ["t0001", "t0002"]

    def test_the_same_filters_said_in_another_order_are_no_other_list(self, make: Make) -> None:
        things = make(index("n:number"), index("t:text"))
        things.put(*numbered(4, t="x"))
        filters = {"filter[n][gte]": "1", "filter[t]": "x", "sort": "n"}
        cursor = things.page({**filters, "limit": "1"}).next_cursor or ""
        turned = dict(reversed(filters.items()))
        assert [row[0] for row in things.page({**turned, "cursor": cursor}).rows] == [
            "t0002",
            "t0003",
        ]

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "A" * 60, "ä", "%00"])
    def test_what_was_not_made_here_is_refused(self, make: Make, cursor: str) -> None:
        with pytest.raises(InvalidCursor):
            make().page({"cursor": cursor})

    def test_one_made_with_another_key_is_refused(self, make: Make) -> None:
        things = make()
        things.put(*numbered(2))
        cursor = things.page({"limit": "1"}).next_cursor or ""
        things.lists = Pager(Keyring("another secret for the tests of lists"))
        with pytest.raises(InvalidCursor):
            things.page({"cursor": cursor})

    def test_it_stays_good_when_its_record_is_gone(self, make: Make) -> None:
        things = make(index("n:number"))
        things.put(*numbered(4))
        cursor = things.page({"sort": "n", "limit": "2"}).next_cursor or ""
        things.run("DELETE FROM records WHERE id = 't0001' AND space = :space")
        assert [row[0] for row in things.page({"sort": "n", "cursor": cursor}).rows] == [
            "t0002",
            "t0003",
        ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter[n][gt]", "many"),
        ("filter[n][gt]", "NaN"),
        ("filter[n][gt]", "1e999"),
        ("filter[n][in]", "1,two"),
        ("filter[n][prefix]", "1"),
        ("filter[t][eq]", "a\0b"),
        ("filter[t][exists]", "maybe"),
        ("filter[b][eq]", "yes"),
        ("filter[at][lt]", "yesterday"),
        ("filter[at][lt]", "2026-11-22T13:57:50 02:00"),
        ("filter[id][exists]", "true"),
        ("filter[seq][gt]", "-1"),
    ],
)
def test_a_value_that_its_field_does_not_take_is_named(make: Make, name: str, value: str) -> None:
    things = make(index("n:number"), index("t:text"), index("b:boolean"), index("at:timestamp"))
    with pytest.raises(Invalid) as refused:
        things.page({name: value})
    assert [error.parameter for error in refused.value.errors] == [name]

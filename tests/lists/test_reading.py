import pytest

from service.lists import reading
from service.lists.errors import OffsetTooFar
from tests.lists.listed import Make, index, numbered


class TestOffset:
    """``offset`` is honest, and so it has limits."""

    def test_it_passes_as_many_as_it_says(self, make: Make) -> None:
        things = make(index("n:number"))
        things.put(*numbered(6), {"id": "t0001a", "deleted": True})
        assert [row[0] for row in things.page({"offset": "4"}).rows] == ["t0004", "t0005"]
        page = things.page({"offset": "1", "sort": "-n", "limit": "2"})
        assert [row[0] for row in page.rows] == ["t0004", "t0003"]

    def test_the_cursor_goes_on_behind_its_page(self, make: Make) -> None:
        things = make()
        things.put(*numbered(6))
        cursor = things.page({"offset": "2", "limit": "2"}).next_cursor or ""
        assert [row[0] for row in things.page({"cursor": cursor}).rows] == ["t0004", "t0005"]

    def test_behind_the_end_is_nothing(self, make: Make) -> None:
        things = make()
        things.put(*numbered(3))
        page = things.page({"offset": "10000"})
        assert (page.rows, page.next_cursor) == ([], None)

    def test_it_is_refused_where_too_few_match(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "ROWS_AT_ONCE_MAX", 3)
        monkeypatch.setattr(reading, "LOOKED_AT_TO_SKIP_MAX", 6)
        things = make()
        things.put(
            *numbered(9, realm="blue"), {"id": "u", "realm": "red"}, {"id": "v", "realm": "red"}
        )
        with pytest.raises(OffsetTooFar):
            things.page({"offset": "1"}, ("red",))


class TestShortPages:
    """A page that would take too long or grow too large ends early; the list goes on behind it."""

    def test_one_page_looks_at_so_many_records_only(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "LOOKED_AT_MAX", 20)
        things = make()
        things.put(*numbered(200, realm="blue"), {"id": "u", "realm": "red"})
        pages = list(things.pages({"limit": "5"}, ("red",)))
        assert pages[0] == []
        assert pages[-1] == ["u"]

    def test_a_page_has_so_many_bytes_only_but_one_record_at_least(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "PAGE_BYTES_MAX", 100)
        things = make()
        things.put(
            {"id": "a", "t": "x" * 30}, {"id": "b", "t": "x" * 30}, {"id": "c", "t": "x" * 300}
        )
        things.put({"id": "d", "t": "x" * 300})
        assert list(things.pages()) == [["a", "b"], ["c"], ["d"]]

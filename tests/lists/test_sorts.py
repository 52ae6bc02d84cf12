import pytest

from service.lists.sorts import read_sorts


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("", []),
        ("name", [("name", False)]),
        ("-updated_at,name", [("updated_at", True), ("name", False)]),
        ("data.name", [("name", False)]),
        ("data.seq", [("data.seq", False)]),
        ("owner.name", [("owner.name", False)]),
        ("a,-id,b", [("a", False), ("id", True)]),
        ("seq,b", [("seq", False)]),
    ],
)
def test_a_sort_is_fields_and_their_directions(text: str, sorts: list[tuple[str, bool]]) -> None:
    assert list(map(tuple, read_sorts(text))) == sorts


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,c,d", "3 fields at the most"),
        ("a,-a", "each field once"),
        ("a,data.a", "each field once"),
        (",", "names of fields"),
        ("a,", "names of fields"),
        ("--a", "names of fields"),
        ("+a", "names of fields"),
        ("a b", "names of fields"),
        ("a;", "names of fields"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_sorts(text)

import pytest

from service.lists.fields import ID, Column, Field, columns_of, members_of, own_field, shortest
from service.lists.kinds import NUMBER, TEXT
from tests.lists.listed import index


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("title", ["title"]),
        ("owner.name", ["owner", "name"]),
        ("data.owner.name", ["owner", "name"]),
        ("data.id", ["id"]),
        ("data.data.id", ["data", "id"]),
        ("a.b.c.d", ["a", "b", "c", "d"]),
        ("_x9", ["_x9"]),
    ],
)
def test_a_path_leads_to_a_member_of_data(path: str, members: list[str]) -> None:
    assert members_of(path) == members


HARMLESS = ["", ".", "a.", ".a", "a..b", "a.b.c.d.e", "9a", "a-b", "a b", "ä", "a\n", "x" * 65]
HARMFUL = ["a'b", 'a"b', "a{b", "a,b", "$.a", "a[0]", "a')) --"]


@pytest.mark.parametrize("path", [*HARMLESS, *HARMFUL])
def test_nothing_else_is_a_path(path: str) -> None:
    with pytest.raises(ValueError, match="names no member of data"):
        members_of(path)


@pytest.mark.parametrize(
    ("path", "short"),
    [("title", "title"), ("data.title", "title"), ("data.seq", "data.seq"), ("seq", "seq")],
)
def test_a_path_is_as_short_as_it_can_be(path: str, short: str) -> None:
    assert shortest(path) == short


def test_an_index_ends_with_the_id_in_the_order_of_its_last_column() -> None:
    assert columns_of(index("t:text", "-n:number")) == (
        Column(Field("t", TEXT)),
        Column(Field("n", NUMBER), descending=True),
        Column(ID, descending=True),
    )


def test_a_field_of_the_records_own_has_its_own_kind() -> None:
    (column, _) = columns_of(index("updated_at:text"))
    assert column.field == own_field("updated_at")


@pytest.mark.parametrize("path", ["a'); DROP TABLE records; --", "a.b.c.d.e", ""])
def test_an_index_that_was_never_valid_reaches_no_statement(path: str) -> None:
    with pytest.raises(ValueError, match="names no member"):
        columns_of(index(f"{path}:text"))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_key_has_no_parameters_in_it(dialect: str) -> None:
    keys = [
        column.field.key(dialect)
        for kind in ("text", "number", "boolean", "timestamp")
        for column in columns_of(index(f"a.b:{kind}"))
    ]
    assert not [key for key in keys if "%" in key or " :" in key]

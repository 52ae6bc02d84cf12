import pytest

from service.lists.choice import walk_for
from service.lists.query import read_list_query
from service.lists.walk_sql import COLUMNS, WalkSql
from tests.lists.listed import collection, index

INDEXES = (index("t:text", "n:number"),)
both = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])


def text_of(dialect: str, parameters: dict[str, str], *, sees_all: bool, lean: bool = False) -> str:
    walk = walk_for(dialect, "main", collection(*INDEXES), read_list_query(parameters))
    sql = WalkSql(walk, dialect, sees_all=sees_all)
    statement, _ = sql.statement(walk.stretches()[0], 101, lean=lean)
    return statement._texts[dialect]


@both
def test_who_sees_all_of_an_index_is_asked_nothing(dialect: str) -> None:
    assert (
        "CASE WHEN" not in text_of(dialect, {"sort": "t"}, sees_all=True).split(" FROM ")[0][:120]
    )
    assert "realm" not in text_of(dialect, {"sort": "t"}, sees_all=True).split(" WHERE ")[1]


@both
@pytest.mark.parametrize("parameters", [{}, {"sort": "seq"}, {"sort": "t"}])
def test_data_leaves_the_database_only_for_those_who_may_see_it(
    dialect: str, parameters: dict[str, str]
) -> None:
    selected = text_of(dialect, parameters, sees_all=False).split(" FROM records")[0]
    asked, _, rest = selected.partition(" THEN data END")
    assert "realm" in asked.partition("CASE WHEN")[2]
    assert rest != selected


@both
def test_what_only_counts_has_no_data(dialect: str) -> None:
    selected = text_of(dialect, {}, sees_all=True, lean=True).split(" FROM records")[0]
    assert selected.count(",") == len(COLUMNS) - 1
    assert "data" not in selected


@both
def test_no_value_stands_in_a_statement(dialect: str) -> None:
    text = text_of(dialect, {"filter[t]": "a'b", "filter[n][in]": "4711"}, sees_all=False)
    assert "a'b" not in text
    assert "4711" not in text


def test_sqlite_is_told_which_index_to_use() -> None:
    assert " INDEXED BY " in text_of("sqlite", {"sort": "t"}, sees_all=True)
    assert " INDEXED BY " not in text_of("postgresql", {"sort": "t"}, sees_all=True)

"""Declared indexes as real ones: what they hold, and that the planners use them."""

import re

import pytest

from service.core.db import Database
from service.lists.indexes import drop, real_index
from tests.lists.listed import Things, index

INDEXES = (
    index("n:number"),
    index("t:text", "n:number"),
    index("b:boolean", "-at:timestamp"),
    index("updated_at:timestamp"),
)
DETOURS = re.compile(r"Sort|Seq Scan|Bitmap|TEMP B-TREE|SCAN records$|SCAN records USING COVERING")


@pytest.fixture(scope="module")
def things(database: Database) -> Things:
    """Enough records for a planner to think about."""
    made = Things(database, INDEXES)
    made.put(
        *(
            {
                "id": f"r{n:05}",
                "n": n % 97,
                "t": f"t{n % 7}",
                "b": n % 2 == 0,
                "at": "2026-01-01T00:00:00Z",
                "note": "x" * 200,
            }
            for n in range(3000)
        )
    )
    made.run("ANALYZE records")
    return made


KEYS = {
    "id": "r01500",
    "seq": 1500,
    "n": 48.0,
    "t": "=t3",
    "b": 1,
    "at": "2026",
    "updated_at": "2027",
}


@pytest.mark.parametrize(
    ("parameters", "served_by"),
    [
        ({}, "id"),
        ({"filter[id][in]": "r00001,r00002"}, "id"),
        ({"sort": "-seq"}, "seq"),
        ({"sort": "n"}, "n:number"),
        ({"sort": "-n"}, "n:number"),
        ({"filter[n][gte]": "10", "filter[n][lt]": "50"}, "n:number"),
        ({"filter[n]": "10"}, "n:number"),
        ({"filter[n][exists]": "false"}, "n:number"),
        ({"filter[n][in]": "10,20"}, "n:number"),
        ({"filter[t]": "t3", "sort": "-n"}, "t:text_n:number"),
        ({"filter[t]": "t3", "filter[n][gt]": "50", "sort": "n"}, "t:text_n:number"),
        ({"filter[t][prefix]": "t"}, "t:text_n:number"),
        ({"sort": "-t,-n"}, "t:text_n:number"),
        ({"sort": "-b,at"}, "b:boolean_-at:timestamp"),
        ({"filter[b]": "true", "sort": "-at"}, "b:boolean_-at:timestamp"),
        ({"sort": "updated_at"}, "updated_at:timestamp"),
        ({"sort": "-updated_at", "filter[b]": "true"}, "updated_at:timestamp"),
    ],
)
def test_every_stretch_of_a_walk_is_one_range_of_the_index(
    things: Things, parameters: dict[str, str], served_by: str
) -> None:
    walk = things.walk(parameters)
    behind = tuple(KEYS[column.field.path] for column in walk.order)
    name = {"id": "autoindex|pk_records", "seq": "ix_records_seq"}.get(served_by) or real_name(
        things, served_by
    )

    plans = things.plans(parameters, behind)

    assert [plan for plan in plans if not re.search(name, plan) or DETOURS.search(plan)] == []


def real_name(things: Things, declared: str) -> str:
    """What a declared index is called in this database."""
    (each,) = [each for each in INDEXES if each.name == declared]
    return real_index(things.db.dialect, things.space, "things", each).name


@pytest.mark.parametrize("name", ["a'b", 'a"b', "", "a b", "a;b", "x" * 65, "ä"])
def test_a_name_that_was_never_valid_reaches_no_statement(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        real_index("sqlite", name, "things", INDEXES[0])
    with pytest.raises(ValueError, match="cannot be the name"):
        real_index("sqlite", "main", name, INDEXES[0])
    with pytest.raises(ValueError, match="cannot be the name"):
        drop(name)


def test_an_index_is_called_by_what_it_is() -> None:
    one = real_index("sqlite", "main", "things", index("n:number", name="one"))
    same = real_index("sqlite", "main", "things", index("n:number", name="two", state="building"))
    others = [
        real_index("postgresql", "main", "things", index("n:number")),
        real_index("sqlite", "other", "things", index("n:number")),
        real_index("sqlite", "main", "others", index("n:number")),
        real_index("sqlite", "main", "things", index("n:text")),
        real_index("sqlite", "main", "things", index("-n:number")),
    ]
    assert one.name == same.name
    assert len({one.name, *(other.name for other in others)}) == 6


def test_the_longest_values_fit_into_an_index(database: Database) -> None:
    things = Things(database, (index("a:text", "b:text", "c:text"),))
    longest = "\U0001f600" * 300
    things.put(id="x" * 64, a=longest, b=longest[1:], c=longest[2:], updated_by="u" * 64)
    assert things.ids({"filter[a]": longest[:200]}) == ["x" * 64]

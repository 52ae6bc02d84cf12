"""Whatever is in a collection and is asked of it: both databases list what plain Python lists."""

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from service.core.db import Database
from service.lists import reading
from service.lists.errors import NotIndexed
from service.lists.sorts import Sort, read_sorts
from tests.lists import list_model
from tests.lists.list_model import INDEXES, Ask, Thing, listed
from tests.lists.listed import Things

LONG = os.environ.get("SYNCLINE_PROOFS") == "long"
EXAMPLES = 3000 if LONG else 80

proof = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def everything(database: Database) -> Things:
    """A collection with every kind of index."""
    return Things(database, INDEXES)


@pytest.fixture(autouse=True)
def tight_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So low that a handful of records meets all of them."""
    monkeypatch.setattr(reading, "ROWS_AT_ONCE_MAX", 5)
    monkeypatch.setattr(reading, "LOOKED_AT_MAX", 7)
    monkeypatch.setattr(reading, "_SIZES", (2, 3, 5))


def filled(things: Things, rows: Sequence[Thing]) -> list[Thing]:
    """Put ``rows``, and nothing else, into the collection; them with what the service adds."""
    things.run("DELETE FROM records WHERE space = :space")
    things.seq = 0
    things.put(*rows)
    return [
        {**row, "seq": seq, "updated_at": f"2027-01-15T08:00:00.{seq:03}Z"}
        for seq, row in enumerate(rows, 1)
    ]


def order_of(things: Things, parameters: dict[str, str], asks: Sequence[Ask] = ()) -> list[Sort]:
    """What a list is ordered by, to the last; it begins as was asked."""
    try:
        walk = things.walk(parameters)
    except NotIndexed:
        assume(False)
        raise
    order = [Sort(column.field.path, column.descending) for column in walk.order]
    fixed = {ask.path for ask in asks if ask.fixes}
    wanted = [sort for sort in read_sorts(parameters["sort"]) if sort.path not in fixed]
    assert order[: len(wanted)] == wanted
    return order


@proof
@given(
    rows=list_model.collections,
    asks=list_model.asks,
    sort=list_model.sorts,
    limit=st.integers(1, 6),
    realms=list_model.circles,
)
def test_all_pages_together_are_the_list(
    everything: Things,
    rows: list[Thing],
    asks: list[Ask],
    sort: str,
    limit: int,
    realms: tuple[str, ...],
) -> None:
    parameters = {"limit": str(limit), "sort": sort} | dict(ask.parameter for ask in asks)
    order = order_of(everything, parameters, asks)
    stored = filled(everything, rows)
    note(f"{parameters} {order}")

    pages = list(everything.pages(parameters, realms))

    assert [id_ for page in pages for id_ in page] == listed(stored, asks, order, realms)
    assert max(map(len, pages)) <= limit


@proof
@given(
    rows=list_model.collections,
    asks=list_model.asks,
    sort=list_model.sorts,
    offset=st.integers(0, 40),
)
def test_an_offset_is_that_many_records(
    everything: Things, rows: list[Thing], asks: list[Ask], sort: str, offset: int
) -> None:
    parameters = {"sort": sort} | dict(ask.parameter for ask in asks)
    order = order_of(everything, parameters, asks)
    stored = filled(everything, rows)
    note(f"{parameters} {order}")

    page = everything.page({**parameters, "offset": str(offset)})

    ids = [row[0] for row in page.rows]
    expected = listed(stored, asks, order, ["*"])[offset:]
    assert ids == expected[: len(ids)]
    assert len(ids) == len(expected) or page.next_cursor


@proof
@given(
    rows=list_model.collections,
    late=list_model.collections,
    sort=list_model.sorts,
    limit=st.integers(1, 4),
)
def test_nothing_comes_twice_and_nothing_is_passed_over_while_others_write(
    everything: Things, rows: list[Thing], late: list[Thing], sort: str, limit: int
) -> None:
    parameters = {"limit": str(limit), "sort": sort}
    order = order_of(everything, parameters)
    taken = {row["id"] for row in rows}
    newcomers = iter([row for row in late if row["id"] not in taken])
    stored = filled(everything, rows)

    ids = [
        id_ for page in everything.pages(parameters) for id_ in busy(everything, page, newcomers)
    ]

    assert len(ids) == len(set(ids))
    assert [id_ for id_ in ids if id_ in taken] == listed(stored, [], order, ["*"])


def busy(things: Things, page: list[str], newcomers: Iterator[Thing]) -> list[str]:
    """Somebody writes after each page."""
    things.put(*[row for row, _ in zip(newcomers, range(2), strict=False)])
    return page

"""Whether the work was done: a server that loses, doubles or reorders is not fast.

Three views of a space must agree after a load: the rows in its database, what a client has that was
there from the start and followed the delta, and what a new client gets by its first pull.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from bench.client import Client

PAGE_ROWS = 1000

State = Mapping[str, int]
"""The version of each record that is there, by its id."""


class Stored(NamedTuple):
    """The records of the database, and of its log: how many numbers, least, greatest, head."""

    records: State
    numbers: tuple[int, int, int, int]


def problems(
    changes: str, client: Client, cursor: str, database_url: str, expected: int
) -> list[str]:
    """What is wrong with the work; empty if nothing.

    ``changes`` is the path of the delta, ``cursor`` from before the first record, ``expected`` how
    many records were acknowledged.
    """
    followed = replayed(pages(client, changes, cursor))
    pulled = replayed(pages(client, changes, None))
    return disagreements(stored(database_url), followed, pulled, expected)


def disagreements(database: Stored, followed: State, pulled: State, expected: int) -> list[str]:
    """A sentence for each thing that does not fit."""
    count, least, greatest, head = database.numbers
    agreements = {
        f"{expected} records were acknowledged, {len(database.records)} are there": (
            len(database.records) == expected
        ),
        f"the log has {count} numbers from {least} to {greatest}, its head is {head}": (
            (least, greatest, count) == (1, head, head)
        ),
        "following the delta does not lead to what is stored": followed == database.records,
        "a first pull does not bring what is stored": pulled == database.records,
    }
    return [sentence for sentence, holds in agreements.items() if not holds]


def replayed(pages_: Iterator[list[dict[str, Any]]]) -> State:
    """What a client has after it applied the pages in order."""
    state: dict[str, int] = {}
    for page in pages_:
        for change in page:
            if change["op"] == "put":
                state[change["record"]["id"]] = change["record"]["version"]
            else:
                state.pop(change["id"], None)
    return state


def pages(client: Client, changes: str, cursor: str | None) -> Iterator[list[dict[str, Any]]]:
    """The pages after ``cursor``; None is from the beginning."""
    more = True
    while more:
        after = f"&cursor={cursor}" if cursor else ""
        page = client.call("GET", f"{changes}?limit={PAGE_ROWS}{after}").json()
        yield page["changes"]
        cursor, more = page["cursor"], page["more"]


def stored(database_url: str) -> Stored:
    """What the database itself says."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        live = connection.execute(sa.text("SELECT id, version FROM records WHERE NOT deleted"))
        numbers = connection.execute(
            sa.text(
                "SELECT count(*), min(c.seq), max(c.seq), s.head FROM spaces s"
                " JOIN changes c ON c.space = s.id WHERE s.id = 'main' GROUP BY s.head"
            )
        ).one()
        return Stored({row.id: row.version for row in live}, tuple(numbers))

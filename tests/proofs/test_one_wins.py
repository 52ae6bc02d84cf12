"""Of many writers who saw the same version exactly one is applied, in every round."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import Barrier
from typing import Any, NamedTuple

import pytest

from tests.proofs.budget import budget
from tests.proofs.site import Caller, Site, put, together

WRITERS = 8
ROUNDS = budget(12, 150)


class Attempt(NamedTuple):
    """Whether it was applied, and the version that is there according to the answer."""

    applied: bool
    version: int


class Round(NamedTuple):
    """All writers want the same record; ``seen`` is its version, ``tag`` its ETag, None if new."""

    space: str
    number: int
    id: str
    seen: int | None
    tag: str | None
    start: Barrier


def by_put(caller: Caller, round_: Round, writer: int) -> Attempt:
    path = f"{round_.space}/collections/notes/records/{round_.id}"
    condition = {"If-Match": round_.tag} if round_.tag else {"If-None-Match": "*"}
    round_.start.wait()
    answer = caller.send("PUT", path, {"data": {"by": writer}}, headers=condition)
    if answer.is_success:
        return Attempt(True, answer.json()["version"])
    assert answer.status_code == 412, answer.text
    return Attempt(False, answer.json()["current"]["version"])


def by_push(caller: Caller, round_: Round, writer: int) -> Attempt:
    name = f"round-{round_.id}-{round_.number}"
    mutation = put(round_.id, {"by": writer}, mutation_id=name, base_version=round_.seen)
    round_.start.wait()
    (result,) = caller.push(round_.space, f"writer{writer}", [mutation])
    if result["status"] == "applied":
        return Attempt(True, result["version"])
    assert result["status"] == "conflict", result
    return Attempt(False, result["server"]["version"])


ways: list[Callable[[Caller, Round, int], Attempt]] = [by_put, by_push]


def play(callers: list[Caller], round_: Round) -> list[Attempt]:
    return together(*(partial(ways[n % 2], caller, round_, n) for n, caller in enumerate(callers)))


def check(attempts: list[Attempt], record: Any) -> None:
    """Exactly one was applied, it is what is there, and the others were told so."""
    assert [n for n, attempt in enumerate(attempts) if attempt.applied] == [record["data"]["by"]]
    assert {attempt.version for attempt in attempts} == {record["version"]}


@pytest.mark.parametrize("records", [1, ROUNDS], ids=["who edits one record", "who makes each"])
def test_exactly_one_writer_wins_each_round(site: Site, space: str, records: int) -> None:
    start = Barrier(WRITERS)
    seen: dict[str, tuple[int, str]] = {}
    with ExitStack() as stack:
        callers = [stack.enter_context(site.caller(n)) for n in range(WRITERS)]
        for number in range(ROUNDS):
            id_ = str(number % records)
            version, tag = seen.get(id_, (None, None))
            attempts = play(callers, Round(space, number, id_, version, tag, start))
            answer = callers[0].insist("GET", f"{space}/collections/notes/records/{id_}")
            check(attempts, answer.json())
            seen[id_] = answer.json()["version"], answer.headers["ETag"]
    assert len(site.log(space)) == 2 + ROUNDS

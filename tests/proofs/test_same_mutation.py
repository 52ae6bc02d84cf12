"""A mutation that arrives twice at the same moment has one effect."""

from contextlib import ExitStack
from functools import partial
from threading import Barrier
from typing import Any

from tests.proofs.budget import budget
from tests.proofs.site import Caller, Site, put, together

ROUNDS = budget(15, 150)
BATCH = 3


def pushed(caller: Caller, space: str, start: Barrier, mutations: list[Any]) -> Any:
    start.wait()
    return caller.push(space, "phone", mutations)


def pushed_twice(site: Site, space: str, *pairs: tuple[list[Any], list[Any]]) -> list[Any]:
    """Of each pair, what both connections were answered, mutation by mutation."""
    start = Barrier(2)
    answers: list[Any] = []
    with ExitStack() as stack:
        callers = [stack.enter_context(site.caller(n)) for n in range(2)]
        for pair in pairs:
            works = [
                partial(pushed, caller, space, start, mutations)
                for caller, mutations in zip(callers, pair, strict=True)
            ]
            answers += zip(*together(*works), strict=True)
    return [sorted(both, key=lambda result: result["status"]) for both in answers]


def edit(id_: str, number: int) -> Any:
    """One of several under the same name."""
    about = {"mutation_id": f"edit-{number}", "on_conflict": "overwrite"}
    return put(id_, {"n": number}, **about)


def essence(result: Any) -> Any:
    return {name: result[name] for name in ("status", "version", "seq")}


def test_the_other_answer_is_a_duplicate_of_the_first(site: Site, space: str) -> None:
    batches = [[put(f"{n}-{m}", {"n": n}) for m in range(BATCH)] for n in range(ROUNDS)]

    answers = pushed_twice(site, space, *((batch, batch) for batch in batches))

    assert len(answers) == ROUNDS * BATCH
    assert {tuple(result["status"] for result in both) for both in answers} == {
        ("applied", "duplicate")
    }
    assert all(second["original"] == essence(first) for first, second in answers)
    assert sorted(row.id for row in site.log(space)[2:]) == sorted(
        mutation["id"] for batch in batches for mutation in batch
    )


def test_one_name_is_good_for_one_mutation(site: Site, space: str) -> None:
    pairs = [([edit("milk", n)], [edit("eggs", n)]) for n in range(ROUNDS)]

    answers = pushed_twice(site, space, *pairs)

    codes = [second["errors"][0]["code"] for _, second in answers]
    assert {first["status"] for first, _ in answers} == {"applied"}
    assert codes == ["mutation_id_reused"] * ROUNDS
    assert len(site.log(space)) == 2 + ROUNDS

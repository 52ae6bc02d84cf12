"""What comes of a mutation: every policy against every state."""

from dataclasses import dataclass
from typing import Any

import pytest

from service.core.errors import FieldError
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT, Precondition
from service.records.decide import Accepted, Base, Scene, decide
from service.records.mutation import (
    Mutation,
    Result,
    SeenState,
    SeenVersion,
    Status,
)
from service.records.record import Record
from service.spaces.access import Access
from service.spaces.collections import OnConflict


@dataclass
class Rules:
    on_conflict: OnConflict = "reject"

    def errors_of(self, data: dict[str, Any]) -> tuple[FieldError, ...]:
        return (FieldError("no", pointer="#/data/bad"),) if "bad" in data else ()


def record(version: int = 2, data: str | None = '{"a":1,"b":1}', realm: str = "shared") -> Record:
    return Record(
        "todos", "r", realm, version, 40 + version, data is None, "t", "u", "t", "u", data
    )


def scene(
    on_conflict: OnConflict = "reject",
    realms: str = "shared",
    base: str = "",
    base_realm: str = "shared",
) -> Scene:
    access = Access("main", "usr", "editor", frozenset(realms.split()), 7, "epoch1")
    known = Base(base, base_realm) if base else None
    return Scene(access, Rules(on_conflict), lambda _: known, 1000)


def put(
    base: SeenVersion | SeenState, value: dict[str, Any] | None = None, **about: Any
) -> Mutation:
    value = {"a": 9} if value is None else value
    return Mutation("put", "todos", "r", base, value=value, text='{"a":9}', **about)


def patch(base: SeenVersion | SeenState, value: dict[str, Any], **about: Any) -> Mutation:
    return Mutation("patch", "todos", "r", base, value=value, **about)


def delete(base: SeenVersion | SeenState, **about: Any) -> Mutation:
    return Mutation("delete", "todos", "r", base, **about)


NEVER, ONE, TWO = SeenVersion(None), SeenVersion(1), SeenVersion(2)
AT_42 = SeenState(Precondition(positions=frozenset({("epoch1", 42)})))
AT_42_OF_ANOTHER_EPOCH = SeenState(Precondition(positions=frozenset({("epoch0", 42)})))
TOMBSTONE = record(3, None)


@pytest.mark.parametrize(
    ("mutation", "current", "data"),
    [
        (put(NEVER), None, '{"a":9}'),
        (put(NEVER), TOMBSTONE, '{"a":9}'),
        (put(SeenVersion(3)), TOMBSTONE, '{"a":9}'),
        (put(TWO), record(), '{"a":9}'),
        (put(AT_42), record(), '{"a":9}'),
        (put(SeenState(MUST_BE_ABSENT)), None, '{"a":9}'),
        (put(SeenState(ANY_STATE)), record(), '{"a":9}'),
        (patch(TWO, {"a": None, "c": 3}), record(), '{"b":1,"c":3}'),
        (delete(TWO), record(), None),
        (put(NEVER, on_conflict="overwrite"), record(), '{"a":9}'),
        (patch(ONE, {"a": 5}, on_conflict="overwrite"), record(), '{"a":5,"b":1}'),
        (delete(ONE, on_conflict="overwrite"), record(), None),
    ],
)
def test_what_fits_its_base_or_overwrites_is_accepted(
    mutation: Mutation, current: Record | None, data: str | None
) -> None:
    assert decide(mutation, current, scene()) == Accepted(data, "shared")


@pytest.mark.parametrize(
    ("mutation", "current"),
    [
        (put(NEVER), record()),
        (put(ONE), record()),
        (put(TWO), None),
        (put(TWO), TOMBSTONE),
        (put(AT_42_OF_ANOTHER_EPOCH), record()),
        (put(SeenState(MUST_BE_ABSENT)), record()),
        (put(SeenState(ANY_STATE)), None),
        (patch(ONE, {}), record()),
        (patch(NEVER, {}), None),
        (patch(SeenVersion(3), {}), TOMBSTONE),
        (delete(ONE), record()),
        (delete(NEVER), None),
        (delete(SeenVersion(3)), TOMBSTONE),
        (delete(ONE, on_conflict="merge"), record()),
        (put(NEVER, on_conflict="merge"), record()),
    ],
)
def test_what_does_not_fit_is_a_conflict_that_shows_the_server(
    mutation: Mutation, current: Record | None
) -> None:
    assert decide(mutation, current, scene()) == Result(Status.CONFLICT, server=current)


def test_a_merge_takes_what_only_one_side_touched() -> None:
    mine = patch(ONE, {"a": 5}, on_conflict="merge")

    decision = decide(mine, record(data='{"a":1,"b":2}'), scene(base='{"a":1,"b":1}'))

    assert decision == Accepted('{"a":5,"b":2}', "shared", Status.MERGED)


@pytest.mark.parametrize(
    ("was", "mine", "theirs", "becomes"),
    [
        ("red", "red", "blue", "blue"),  # repeated, as clients do that send whole records
        ("red", None, "blue", "blue"),
        ("red", "blue", "red", "blue"),
        ("red", "blue", "blue", "blue"),
    ],
)
def test_a_merge_leaves_a_record_where_it_was_moved_to(
    was: str, mine: str | None, theirs: str, becomes: str
) -> None:
    edit = patch(ONE, {"a": 5}, on_conflict="merge", realm=mine)
    stage = scene(realms="red blue", base='{"a":1,"b":1}', base_realm=was)

    decision = decide(edit, record(realm=theirs), stage)

    assert decision == Accepted('{"a":5,"b":1}', becomes, Status.MERGED)


def test_two_moves_to_different_realms_are_a_conflict() -> None:
    edit = patch(ONE, {"a": 5}, on_conflict="merge", realm="green")
    stage = scene(realms="red blue green", base='{"a":1,"b":1}', base_realm="red")

    assert decide(edit, record(realm="blue"), stage) == Result(
        Status.CONFLICT, server=record(realm="blue")
    )


def test_a_merge_of_what_both_touched_names_the_members() -> None:
    mine = patch(ONE, {"a": 5, "b": 7}, on_conflict="merge")
    current = record(data='{"a":2,"b":1}')

    decision = decide(mine, current, scene(base='{"a":1,"b":1}'))

    assert decision == Result(Status.CONFLICT, server=current, fields=("a",))


def test_a_merge_whose_base_is_pruned_is_a_conflict() -> None:
    mine = patch(ONE, {"a": 5}, on_conflict="merge")

    assert decide(mine, record(), scene()) == Result(Status.CONFLICT, server=record())


def test_a_merge_whose_base_is_of_an_earlier_record_is_a_conflict() -> None:
    mine = patch(SeenVersion(7), {"a": 5}, on_conflict="merge")

    decision = decide(mine, record(), scene(base='{"a":1,"b":1}'))

    assert decision == Result(Status.CONFLICT, server=record())


def test_the_collection_says_what_happens_when_the_mutation_does_not() -> None:
    assert isinstance(decide(put(NEVER), record(), scene("overwrite")), Accepted)
    assert isinstance(decide(put(NEVER), record(), scene("reject")), Result)


@pytest.mark.parametrize(
    ("mutation", "current", "code"),
    [
        (put(NEVER), record(realm="board"), "not_visible"),
        (put(NEVER, realm="board"), None, "realm_forbidden"),
        (put(TWO, realm="board"), record(), "realm_forbidden"),
    ],
)
def test_rights_come_before_everything(
    mutation: Mutation, current: Record | None, code: str
) -> None:
    decision = decide(mutation, current, scene())

    assert isinstance(decision, Result)
    assert decision.status is Status.FORBIDDEN
    assert [error.code for error in decision.errors] == [code]
    assert decision.server is None


@pytest.mark.parametrize("mutation", [put(TWO), put(AT_42), patch(TWO, {}), delete(TWO)])
def test_to_who_does_not_create_it_what_is_invisible_is_absent(mutation: Mutation) -> None:
    hidden = record(realm="board")

    assert decide(mutation, hidden, scene()) == decide(mutation, None, scene())


def test_a_result_that_breaks_the_schema_is_rejected() -> None:
    decision = decide(patch(TWO, {"bad": 1}), record(), scene())

    assert isinstance(decision, Result)
    assert decision.status is Status.REJECTED


def test_a_result_that_outgrows_the_limit_is_rejected() -> None:
    decision = decide(patch(TWO, {"c": "x" * 1000}), record(), scene())

    assert isinstance(decision, Result)
    assert [error.code for error in decision.errors] == ["record_too_large"]


def test_a_record_stays_in_its_realm_unless_it_is_moved() -> None:
    both = scene(realms="shared board")

    assert decide(put(TWO), record(realm="board"), both) == Accepted('{"a":9}', "board")
    assert decide(put(TWO, realm="shared"), record(realm="board"), both) == Accepted(
        '{"a":9}', "shared"
    )

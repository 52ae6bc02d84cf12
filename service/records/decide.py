"""What comes of a mutation, given the record as it is now. Pure: no database, no clock, no lock.

Because it is pure it can run twice. A mutation whose outcome takes work (a patch, a merge: parsing,
validating) is decided before the space is locked, against the record as it was read then; under the
lock that decision is used again if the record is still the same, and made anew only if it moved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import orjson

from service.core.errors import FieldError
from service.records.merge import merge_members, merge_patch, merge_values
from service.records.mutation import (
    Mutation,
    Result,
    SeenVersion,
    Status,
    forbidden,
    rejected,
)
from service.records.record import Record
from service.spaces.access import SHARED_REALM, Access
from service.spaces.collections import OnConflict


class Base(NamedTuple):
    """What a record was at an older version. ``data`` is JSON text."""

    data: str
    realm: str


History = Callable[[int], Base | None]
"""What the record was at a version; None where that was pruned, or the caller could not see it."""


class Rules(Protocol):
    """What a collection asks of its records; ``errors_of`` is empty for data it accepts."""

    @property
    def on_conflict(self) -> OnConflict:
        """What becomes of an edit whose base is not the newest version."""

    def errors_of(self, data: dict[str, Any]) -> tuple[FieldError, ...]:
        """What is wrong with ``data``."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The record's next state: data as JSON text (None deletes it), and its realm."""

    data: str | None
    realm: str
    status: Status = Status.APPLIED


Decision = Accepted | Result


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a decision depends on besides the mutation and the record."""

    access: Access
    rules: Rules
    history: History
    bytes_max: int


def decide(mutation: Mutation, current: Record | None, scene: Scene) -> Decision:
    """Accept ``mutation`` with its next state, or answer why not."""
    if mutation.problem is not None:
        return mutation.problem
    if current is not None and not scene.access.sees(current.realm):
        return _hidden(mutation)
    realm = mutation.realm or (current.realm if current else SHARED_REALM)
    if not scene.access.sees(realm):
        return forbidden("realm_forbidden", f"You are not in the realm {realm}.", pointer="#/realm")
    if mutation.base.holds(current, scene.access.epoch):
        return _apply(mutation, current, realm, scene)
    return _resolve(mutation, current, realm, scene)


def _resolve(mutation: Mutation, current: Record | None, realm: str, scene: Scene) -> Decision:
    policy = mutation.on_conflict or scene.rules.on_conflict
    if policy == "overwrite":
        return _apply(mutation, current, realm, scene)
    if policy == "merge":
        return _merge(mutation, current, scene)
    return _conflict(current)


def _apply(mutation: Mutation, current: Record | None, realm: str, scene: Scene) -> Decision:
    if mutation.op == "put":
        return Accepted(mutation.text, realm)
    if current is None or current.deleted:
        return _conflict(current)
    if mutation.op == "delete":
        return Accepted(None, current.realm)
    patched = merge_patch(orjson.loads(current.data or "{}"), mutation.value)
    return _validated(patched, realm, scene, Status.APPLIED)


def _merge(mutation: Mutation, current: Record | None, scene: Scene) -> Decision:
    base = _base(mutation, current, scene.history)
    if base is None or current is None or current.data is None or mutation.op == "delete":
        return _conflict(current)
    before = orjson.loads(base.data)
    wanted = mutation.value if mutation.op == "put" else merge_patch(before, mutation.value)
    merged, contested = merge_members(before, wanted or {}, orjson.loads(current.data))
    realm = merge_values(base.realm, mutation.realm or base.realm, current.realm)
    if contested or realm is None:
        return Result(Status.CONFLICT, server=current, fields=tuple(contested))
    return _validated(merged, realm, scene, Status.MERGED)


def _base(mutation: Mutation, current: Record | None, history: History) -> Base | None:
    version = mutation.base.version if isinstance(mutation.base, SeenVersion) else None
    # A base above the record's version is of one that was there before, under the same id.
    if version is None or current is None or version >= current.version:
        return None
    return history(version)


def _validated(data: dict[str, Any], realm: str, scene: Scene, status: Status) -> Decision:
    errors = scene.rules.errors_of(data)
    if errors:
        return rejected(*errors)
    text = orjson.dumps(data)
    if len(text) > scene.bytes_max:
        return rejected(too_large(scene.bytes_max))
    return Accepted(text.decode(), realm, status)


def too_large(bytes_max: int) -> FieldError:
    """Said of a record whose data outgrows the limit."""
    return FieldError(
        f"The data of a record may be {bytes_max:,} bytes of JSON at the most.",
        pointer="#/data",
        code="record_too_large",
    )


def _hidden(mutation: Mutation) -> Result:
    """What is invisible is absent. Only who would create it has to be told that the id is taken."""
    if mutation.op == "put" and mutation.base.is_nothing:
        return forbidden("not_visible", "This id belongs to a record that you cannot see.")
    return _conflict(None)


def _conflict(current: Record | None) -> Result:
    return Result(Status.CONFLICT, server=current)

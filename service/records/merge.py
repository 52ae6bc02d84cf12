"""Ways to combine what two sides made of one thing; all are pure."""

from collections.abc import Mapping
from typing import Any

Members = Mapping[str, Any]
_ABSENT = object()


def merge_patch(target: Any, patch: Any) -> Any:
    """``patch`` applied to ``target`` (RFC 7396): null removes, objects descend, else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def merge_members(
    base: Members, mine: Members, theirs: Members
) -> tuple[dict[str, Any], list[str]]:
    """``theirs`` with the members that only I changed since ``base``; and those both changed.

    Two sides that made the same change agree. A removed member counts as changed.
    """
    merged, contested = dict(theirs), []
    for name in sorted(_changed(base, mine)):
        wanted, present = mine.get(name, _ABSENT), theirs.get(name, _ABSENT)
        if same(wanted, present):
            continue
        if not same(base.get(name, _ABSENT), present):
            contested.append(name)
        elif wanted is _ABSENT:
            merged.pop(name, None)
        else:
            merged[name] = wanted
    return merged, contested


def merge_values(base: str, mine: str, theirs: str) -> str | None:
    """The value that one side changed, or both alike; None where they disagree."""
    if mine in (base, theirs):
        return theirs
    return mine if theirs == base else None


def _changed(base: Members, mine: Members) -> set[str]:
    names = base.keys() | mine.keys()
    return {name for name in names if not same(base.get(name, _ABSENT), mine.get(name, _ABSENT))}


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: unlike Python's, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)

"""Sparse fields: ``fields=title,owner.name`` leaves of ``data`` only what it names.

The record's own members are always there, so naming one of them changes nothing. What a record does
not have is left out. Only here is stored data parsed on its way out.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import orjson

from service.core.errors import FieldError, Invalid
from service.records.paths import DATA, DATA_PATH

PATHS_MAX: Final = 50
WHOLE: Final = "data"
OWN_MEMBERS: Final = frozenset(
    [
        "id",
        "collection",
        "realm",
        "version",
        "seq",
        "created_at",
        "updated_at",
        "updated_by",
        "deleted",
    ]
)

Tree = dict[str, "Tree"]
"""What to keep: of each member what its own tree says, and all of it where that is empty."""


class Projection:
    """What to keep of ``data``. ``name`` is a short name of it, for the ETag."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Raises ValueError with a sentence."""
        kept = sorted(set(paths) - OWN_MEMBERS)
        if len(kept) > PATHS_MAX:
            raise ValueError(f"Name {PATHS_MAX} fields at the most.")
        self._is_whole = WHOLE in kept
        self._tree: Tree = {}
        for path in kept:  # in order, so that what is wanted whole comes before its parts
            _add(self._tree, path)
        self.name = sha256(",".join(kept).encode()).hexdigest()[:12]

    def apply(self, data: str) -> str:
        """The JSON text of what is kept of the JSON text ``data``."""
        if self._is_whole:
            return data
        return orjson.dumps(_kept(orjson.loads(data), self._tree)).decode() if self._tree else "{}"


def read_projection(text: str) -> Projection:
    """The projection that the parameter ``fields`` writes. Raises Invalid."""
    try:
        return Projection(text.split(","))
    except ValueError as problem:
        raise Invalid(errors=[FieldError(str(problem), parameter="fields")]) from None


def _add(tree: Tree, path: str) -> None:
    if not DATA_PATH.fullmatch(path):
        raise ValueError("Write names of fields, with commas between.")
    *parents, last = path.removeprefix(DATA).split(".")
    for name in parents:
        if tree.get(name) == {}:
            return
        tree = tree.setdefault(name, {})
    tree[last] = {}


def _kept(value: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    return {
        name: _kept(value[name], below) if below else value[name]
        for name, below in tree.items()
        if name in value and (not below or isinstance(value[name], dict))
    }

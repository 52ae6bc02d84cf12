"""A client as the contract asks it to be: a working copy, a cursor, and edits that wait to be sent.

It is strict where a client may be: what should not be in a page that is meant for it is an error.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.sync.model import EVERY, Edit, Key, Row, Wish

BASE_OF_NEW = 0


class Replica:
    """``collections`` is what it asks for; none is all."""

    def __init__(self, name: str, user: str, collections: Sequence[str] = ()) -> None:
        self.name = name
        self.user = user
        self.collections = tuple(collections)
        self.copy: dict[Key, Row] = {}
        self.cursor: str | None = None
        self.epoch: str | None = None
        self.pending: list[Edit] = []
        self._seen: set[Key] | None = set()
        self._edits = 0

    def apply(self, page: Mapping[str, Any]) -> None:
        """Do what a page says, and keep its cursor."""
        for change in page["changes"]:
            getattr(self, f"_{change['op']}")(change)
        self.cursor, self.epoch = page["cursor"], page["epoch"]
        if not page["more"] and self._seen is not None:
            self.copy = {key: row for key, row in self.copy.items() if key in self._seen}
            self._seen = None

    def start_over(self) -> None:
        """Ask for everything again. What is not sent this time goes in the end, edits stay."""
        self.cursor = None
        self._seen = set()

    def forget(self) -> None:
        """It is not welcome any more."""
        self.copy.clear()
        self.start_over()

    def edit(
        self, key: Key, wish: Wish, on_conflict: str | None = None, *, unseen: bool = False
    ) -> None:
        """Change something without asking anybody. The edit is based on what it looks like here."""
        self._edits += 1
        base = None if unseen else self._version_here(key)
        edit = Edit(f"{self.name}-{self._edits}", key, base, *wish, on_conflict=on_conflict)
        self.pending.append(edit)

    def _version_here(self, key: Key) -> int | None:
        """The version of the copy, or the one that the last edit which waits will make of it."""
        for edit in reversed(self.pending):
            if edit.key == key:
                return (edit.base or BASE_OF_NEW) + 1
        return self.copy[key].version if key in self.copy else None

    def _put(self, change: Mapping[str, Any]) -> None:
        record = change["record"]
        key, row = (record["collection"], record["id"]), Row.of(record)
        assert row.data is not None, f"{self.name} was sent a tombstone as a record: {change}"
        assert not self.collections or key[0] in self.collections, f"not asked for: {change}"
        self._check_forward(key, row.version)
        self.copy[key] = row
        if self._seen is not None:
            self._seen.add(key)

    def _delete(self, change: Mapping[str, Any]) -> None:
        key = (change["collection"], change["id"])
        self._check_forward(key, change["version"])
        self._drop(key)

    def _leave(self, change: Mapping[str, Any]) -> None:
        assert change.keys() == {"op", "collection", "id"}, f"a leave says too much: {change}"
        self._drop((change["collection"], change["id"]))

    def _leave_realm(self, change: Mapping[str, Any]) -> None:
        for key, row in list(self.copy.items()):
            if change["realm"] in (EVERY, row.realm):
                self._drop(key)

    def _drop(self, key: Key) -> None:
        self.copy.pop(key, None)

    def _check_forward(self, key: Key, version: int) -> None:
        """Versions go up only, except where a client that starts over has an old copy."""
        here = self.copy.get(key)
        started_over = self._seen is not None and key not in self._seen
        assert here is None or started_over or version >= here.version, f"{key} went back"

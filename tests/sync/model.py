"""What a space should be after all that was done to it: the contract once more, in plain words.

It is what the real service is compared with, so it shares nothing with it: no cursors, pages,
groups or tables, and no thought of speed. A write is decided by reading down the rules; a reader's
copy should be whatever they may see. Time stands still until a test moves it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

Data = dict[str, Any]
Key = tuple[str, str]

Wish = tuple[str, Data | None, str | None]
"""(op, its data or patch, the realm the record is to be in)"""

DAY_MS = 24 * 3600 * 1000
ANSWER_DAYS = 30
EVERY = "*"


class Row(NamedTuple):
    """A record; without data it is a tombstone."""

    realm: str
    version: int
    seq: int
    data: Data | None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """What a record's JSON says."""
        assert (record["data"] is None) == record.get("deleted", False)
        return cls(record["realm"], record["version"], record["seq"], record["data"])


class Entry(NamedTuple):
    """A line of the log. ``about`` is a record's key, or the name of whatever else changed."""

    seq: int
    at_ms: int
    kind: str
    about: Key | str
    version: int
    actor: str
    before: Data | None = None


@dataclass(frozen=True)
class Edit:
    """One mutation, as it is pushed."""

    mutation_id: str
    key: Key
    base: int | None
    op: str
    value: Data | None = None
    realm: str | None = None
    on_conflict: str | None = None

    @property
    def creates(self) -> bool:
        """Whether it means to make the record."""
        return self.op == "put" and self.base is None

    def as_json(self) -> dict[str, Any]:
        members = {
            "mutation_id": self.mutation_id,
            "op": self.op,
            "collection": self.key[0],
            "id": self.key[1],
            "base_version": self.base,
            "realm": self.realm,
            "on_conflict": self.on_conflict,
            {"put": "data", "patch": "patch"}.get(self.op, "data"): self.value,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True)
class Result:
    """What came of an edit. ``server`` counts only where the client is to look at it."""

    status: str
    version: int | None = None
    seq: int | None = None
    fields: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    server: Row | None = None
    original: "Result | None" = None

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Self:
        """What a result's JSON says."""
        server, original = members.get("server"), members.get("original")
        return cls(
            members["status"],
            members.get("version"),
            members.get("seq"),
            tuple(members.get("fields", ())),
            tuple(error["code"] for error in members.get("errors", ())),
            Row.of(server) if server else None,
            cls.of(original) if original else None,
        )

    @property
    def stood(self) -> bool:
        """Whether the edit had its effect, now or when it was first sent."""
        return (self.original or self).status in ("applied", "merged")


class Refused(NamedTuple):
    """An atomic push that did not stand: the results that were in its way."""

    results: tuple[Result, ...]


@dataclass(frozen=True)
class Member:
    """Who somebody is in the space."""

    role: str
    realms: frozenset[str]
    version: int

    def sees(self, realm: str) -> bool:
        return EVERY in self.realms or realm in self.realms


@dataclass
class Space:
    """``collections`` maps each name to its policy and its retention in days."""

    collections: Mapping[str, tuple[str, int]]
    now_ms: int
    epoch: str = ""
    head: int = 0
    floor: int = 0
    rows: dict[Key, Row] = field(default_factory=dict)
    log: dict[int, Entry] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    moves: set[int] = field(default_factory=set)
    came_from: dict[int, str] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)
    answers: dict[tuple[str, str, str], tuple[Edit, Result, int]] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------ reading

    def view(self, user: str, collections: Sequence[str] = ()) -> dict[Key, Row]:
        """The records that ``user`` should have a copy of."""
        member = self.members.get(user)
        return {
            key: row
            for key, row in self.rows.items()
            if member and member.sees(row.realm) and row.data is not None
            if not collections or key[0] in collections
        }

    def base_for(self, member: Member, key: Key, version: int) -> tuple[Data, str] | None:
        """What the record was at ``version``, as the change after it replaced it, and its realm.

        None of what it was before it came out of a realm that ``member`` is not in.
        """
        entry = self._newest(key, version + 1)
        if entry is None or entry.before is None:
            return None
        later = [one for one in self.log.values() if one.about == key and one.seq >= entry.seq]
        left = [self.came_from[one.seq] for one in later if one.kind == "move"]
        if not all(member.sees(realm) for realm in left):
            return None
        return entry.before, left[0] if left else self.rows[key].realm

    def _newest(self, key: Key, version: int) -> Entry | None:
        found = [one for one in self.log.values() if (one.about, one.version) == (key, version)]
        return found[-1] if found else None

    # ------------------------------------------------------------------------------------ members

    def put_member(self, user: str, role: str, realms: frozenset[str]) -> None:
        """Let somebody in, or change what they may."""
        old = self.members.get(user)
        if old and (old.role, old.realms) == (role, realms):
            return
        version = old.version + 1 if old else 1
        seq = self.append("member", user, version)
        self.members[user] = Member(role, realms, version)
        if realms != (old.realms if old else frozenset()):
            self.events.add(seq)

    def remove_member(self, user: str) -> None:
        """Show somebody the door."""
        member = self.members.pop(user)
        seq = self.append("member", user, member.version + 1)
        if member.realms:
            self.events.add(seq)

    # ------------------------------------------------------------------------------------- writing

    def append(
        self,
        kind: str,
        about: Key | str,
        version: int,
        actor: str = "ada",
        before: Data | None = None,
    ) -> int:
        """Add a line to the log; its number."""
        self.head += 1
        entry = Entry(self.head, self.now_ms, kind, about, version, actor, before)
        self.log[self.head] = entry
        return self.head

    def push(
        self, user: str, edits: Sequence[Edit], client: str | None = None, *, atomic: bool = False
    ) -> list[Result] | Refused:
        """The result of each edit; where an atomic push is refused, nothing has happened."""
        trial = self._copy()
        results = [trial._push_one(user, edit, client) for edit in edits]
        if atomic and not all(result.stood for result in results):
            answered = zip(edits, results, strict=True)
            return Refused(
                tuple(self._undone(edit, result) for edit, result in answered if not result.stood)
            )
        self.__dict__.update(trial.__dict__)
        return results

    def _copy(self) -> "Space":
        """Whatever is in here is replaced and never changed, so a copy need not be deep."""
        return replace(
            self,
            rows=dict(self.rows),
            log=dict(self.log),
            moves=set(self.moves),
            came_from=dict(self.came_from),
            answers=dict(self.answers),
        )

    def _undone(self, edit: Edit, result: Result) -> Result:
        """What was seen half way through a push that was refused never was."""
        return replace(result, server=result.server and self.rows.get(edit.key))

    def _push_one(self, user: str, edit: Edit, client: str | None) -> Result:
        answer_key = (user, client or "", edit.mutation_id)
        if client and answer_key in self.answers:
            return self._again(user, edit, *self.answers[answer_key][:2])
        result = self._decide(user, edit)
        if client:
            essence = replace(result, server=None)
            self.answers[answer_key] = (edit, essence, self.now_ms)
        return result

    def _again(self, user: str, edit: Edit, first: Edit, original: Result) -> Result:
        if edit != first:
            return Result("rejected", codes=("mutation_id_reused",))
        current = self.rows.get(edit.key)
        shown = current if current and self.members[user].sees(current.realm) else None
        server = None if original.stood else shown
        return Result("duplicate", original=original, server=server)

    def _decide(self, user: str, edit: Edit) -> Result:
        current = self.rows.get(edit.key)
        if self._is_hidden(self.members[user], current) and not edit.creates:
            return Result("conflict")
        realm = edit.realm or (current.realm if current else "shared")
        banned = self._ban(self.members[user], edit, current, realm)
        if banned:
            return banned
        policy = edit.on_conflict or self.collections[edit.key[0]][0]
        if self._holds(edit.base, current) or policy == "overwrite":
            return self._apply(user, edit, current, realm)
        if policy == "merge":
            return self._merge(user, edit, current)
        return Result("conflict", server=current)

    def _is_hidden(self, member: Member, current: Row | None) -> bool:
        """What is hidden is absent, but to who is told that they may not write at all."""
        return current is not None and member.role != "viewer" and not member.sees(current.realm)

    def _ban(self, member: Member, edit: Edit, current: Row | None, realm: str) -> Result | None:
        """What is invisible is absent, but its id cannot be taken."""
        if member.role == "viewer":
            return Result("forbidden", codes=("role_forbidden",))
        if current and not member.sees(current.realm):
            creates = edit.op == "put" and edit.base is None
            return Result("forbidden", codes=("not_visible",)) if creates else Result("conflict")
        return None if member.sees(realm) else Result("forbidden", codes=("realm_forbidden",))

    def _holds(self, base: int | None, current: Row | None) -> bool:
        if base is None:
            return current is None or current.data is None
        return current is not None and current.version == base

    def _apply(self, user: str, edit: Edit, current: Row | None, realm: str) -> Result:
        if edit.op == "put":
            return self._accept(user, edit.key, edit.value, realm)
        if current is None or current.data is None:
            return Result("conflict", server=current)
        if edit.op == "delete":
            return self._accept(user, edit.key, None, current.realm)
        return self._accept(user, edit.key, patched(current.data, edit.value), realm)

    def _merge(self, user: str, edit: Edit, current: Row | None) -> Result:
        """Top-level members: mine where only I touched them, a conflict where both did."""
        is_older = edit.base is not None and current is not None and edit.base < current.version
        known = self.base_for(self.members[user], edit.key, edit.base or 0) if is_older else None
        if known is None or current is None or current.data is None or edit.op == "delete":
            return Result("conflict", server=current)
        base, was_in = known
        mine = edit.value or {} if edit.op == "put" else patched(base, edit.value)
        theirs, merged, contested = current.data, dict(current.data), []
        for name in sorted({*base, *mine}):
            if mine.get(name) in (base.get(name), theirs.get(name)):
                continue
            if base.get(name) != theirs.get(name):
                contested.append(name)
            elif name in mine:
                merged[name] = mine[name]
            else:
                del merged[name]
        asked = edit.realm or was_in
        disagree = len({was_in, asked, current.realm}) == 3
        if contested or disagree:
            return Result("conflict", fields=tuple(contested), server=current)
        realm = current.realm if asked == was_in else asked
        return replace(self._accept(user, edit.key, merged, realm), status="merged")

    def _accept(self, user: str, key: Key, data: Data | None, realm: str) -> Result:
        old = self.rows.get(key)
        moved = old is not None and old.realm != realm
        version = old.version + 1 if old else 1
        before = old.data if old else None
        seq = self.append("move" if moved else "record", key, version, user, before)
        if old is not None and moved:
            self.moves.add(seq)
            self.came_from[seq] = old.realm
        self.rows[key] = Row(realm, version, seq, data)
        return Result("applied", version, seq)

    # ---------------------------------------------------------------------------------- forgetting

    def erase(self, key: Key) -> None:
        """Forget what a record was."""
        for seq, entry in self.log.items():
            if entry.about == key:
                self.log[seq] = entry._replace(before=None)

    def prune(self, now_ms: int, days: int) -> None:
        """Forget what is old; ``days`` is how long whatever has no collection is kept."""
        longest = max(days, *(kept for _, kept in self.collections.values()))
        cut = self._newest_before(now_ms - longest * DAY_MS)
        gone = {seq for seq in self.moves | self.events if seq <= cut}
        for key in list(self._old_tombstones(now_ms)):
            gone.add(self.rows.pop(key).seq)
        self.moves -= gone
        self.events -= gone
        self.log = {seq: entry for seq, entry in self.log.items() if seq > cut}
        self.floor = max([self.floor, *gone])
        oldest_ms = now_ms - ANSWER_DAYS * DAY_MS
        self.answers = {key: kept for key, kept in self.answers.items() if kept[2] >= oldest_ms}

    def _old_tombstones(self, now_ms: int) -> Iterator[Key]:
        for name, (_, days) in self.collections.items():
            cut = self._newest_before(now_ms - days * DAY_MS)
            for key, row in self.rows.items():
                if key[0] == name and row.data is None and row.seq <= cut:
                    yield key

    def _newest_before(self, at_ms: int) -> int:
        return max((seq for seq, entry in self.log.items() if entry.at_ms < at_ms), default=0)


def patched(data: Data, patch: Data | None) -> Data:
    """``data`` after a merge patch of one level (RFC 7396)."""
    both = {**data, **(patch or {})}
    return {name: value for name, value in both.items() if value is not None}

"""What happens to one space, step by step: in the real service, in the model, and at its clients.

Whatever a step makes the service answer is compared with the model at once; ``end`` compares what
is stored, and what every client ends with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import currently_in_test_context, note

from service.changes.errors import ResyncRequired, SpaceNotFound
from service.records.errors import EpochChanged, RecordNotFound
from tests.sync.model import DAY_MS, EVERY, Edit, Key, Refused, Result, Row, Space, Wish
from tests.sync.replica import Replica
from tests.sync.subject import Installation, Pushed

PULLS_MAX = 200
RETENTION_DAYS = 90
BEGINNING_MS = 1_800_000_000_000
MINUTE_MS = 60_000

ADA, BOB, CAROL = PEOPLE = ("ada", "bob", "carol")
"""Ada owns the space. Bob has two clients and is in some realms, Carol has none and writes."""
COLLECTIONS = {"notes": ("reject", 90), "tags": ("merge", 30)}
KEYS = tuple((name, id_) for name in COLLECTIONS for id_ in "ab")


@dataclass
class Hands:
    """Of the service's clock: they stand still until a step moves them."""

    now_ms: int = BEGINNING_MS


class Story:
    """One space from its beginning. Everybody who is let in is called by their name."""

    def __init__(self, installation: Installation, hands: Hands) -> None:
        self.subject = installation.new_space()
        self.model = Space(COLLECTIONS, BEGINNING_MS)
        self.clients = {
            "phone": Replica("phone", BOB),
            "watch": Replica("watch", BOB, ["notes"]),
            "desk": Replica("desk", ADA),
        }
        self._hands = hands
        self._roles_and_filters: dict[str, tuple[str, list[str]]] = {}
        self._sent: dict[str, Sequence[Edit]] = {}
        self._acknowledged: list[tuple[Key, str, Result]] = []
        self._restored = 0

    def begin(self, homes: Iterable[str], realms: set[str], early: Iterable[str]) -> None:
        """Each record is in one of ``homes``, bob is in ``realms``, ``early`` clients are there."""
        self._tick()
        self.subject.open(ADA)
        self.model.put_member(ADA, "owner", frozenset({EVERY}))
        self.model.epoch = self.subject.head_floor_epoch()[2]
        for name, (policy, days) in COLLECTIONS.items():
            self.subject.declare(ADA, name, policy, days)
            self.model.append("collection", name, 1)
        self.admit(BOB, realms)
        self.admit(CAROL, {EVERY})
        for key, home in zip(KEYS, homes, strict=True):
            self.write(ADA, key, ("put", {"x": 0}, home))
        for name in sorted(early):
            self.catch_up(name)

    # --------------------------------------------------------------------------- without clients

    def write(self, who: str, key: Key, wish: Wish) -> None:
        """Somebody who has just read the record writes it elsewhere."""
        self._tick()
        row = self.model.rows.get(key)
        live = row if row and row.data is not None else None
        edit = Edit("", key, live and live.version, *wish, on_conflict="reject")
        if who in self.model.members:
            based_on = live and (self.model.epoch, live.seq)
            result = self.subject.write(who, edit, based_on)
            self._compare((who, None, [edit], False), [result])

    def admit(self, who: str, realms: set[str] | None, role: str = "editor") -> None:
        """To these realms and no others; None shows them the door."""
        self._tick()
        is_new = who not in self.model.members
        if realms is not None:
            self.subject.put_member(ADA, who, role, frozenset(realms), is_new=is_new)
            self.model.put_member(who, role, frozenset(realms))
        elif not is_new:
            self.subject.remove_member(ADA, who)
            self.model.remove_member(who)

    def erase(self, key: Key) -> None:
        """Forget what the record was."""
        if key in self.model.rows:
            self.subject.erase(ADA, key)
            self.model.erase(key)

    def prune(self, changes_kept: int, days: int) -> None:
        """As it is done so many days after one of the newest changes."""
        last = self.model.log.get(self.model.head - changes_kept)
        now_ms = last.at_ms + days * DAY_MS if last else self.model.now_ms
        self.subject.prune(now_ms)
        self.model.prune(now_ms, RETENTION_DAYS)

    def restore_backup(self) -> None:
        """The history has another name from now on."""
        self._restored += 1
        self.model.epoch = f"restored{self._restored}"
        self.subject.restore_backup(self.model.epoch)

    # ------------------------------------------------------------------------------ clients pull

    def pull(self, name: str, items: int = 1000, bytes_max: int = 1_000_000) -> bool:
        """One page; whether there is more."""
        client = self.clients[name]
        try:
            page = self.subject.pull(
                client.user, client.cursor, client.collections, (items, bytes_max)
            )
        except SpaceNotFound:
            assert client.user not in self.model.members
            client.forget()
            return False
        except ResyncRequired as refusal:
            self._expect(refusal.members["reason"], self._reason_to_start_over(client))
            client.start_over()
            return True
        if page["more"]:
            size = sum(len(orjson.dumps(change)) for change in page["changes"])
            assert len(page["changes"]) >= items or size >= bytes_max, f"a short page: {page}"
        self._take(client, page)
        return bool(page["more"])

    def catch_up(self, name: str, items: int = 1000, bytes_max: int = 1_000_000) -> None:
        """Page after page, until the copy is what it should be."""
        client = self.clients[name]
        pulls = 0
        while self.pull(name, items, bytes_max):
            pulls += 1
            assert pulls < PULLS_MAX, f"{name} never gets to the end"
        expected = self.model.view(client.user, client.collections)
        assert client.copy == expected, f"{name} has {client.copy} instead of {expected}"

    def _take(self, client: Replica, page: dict[str, Any]) -> None:
        _note(f"    {page['changes']}, more: {page['more']}")
        member = self.model.members.get(client.user)
        if member:
            if client.cursor is not None:
                self._expect(None, self._reason_to_start_over(client))
            self._roles_and_filters[client.name] = member.role, sorted(client.collections)
        for change in page["changes"]:
            assert change["op"] != "put" or (member and member.sees(change["record"]["realm"]))
        client.apply(page)
        assert member or not client.copy, f"{client.name} keeps what it may not see"

    def _reason_to_start_over(self, client: Replica) -> str | None:
        assert client.cursor is not None
        role, collections = self._roles_and_filters[client.name]
        if client.epoch != self.model.epoch:
            return "epoch_changed"
        if self.subject.position_in(client.cursor, client.user) < self.model.floor:
            return "cursor_expired"
        if role != self.model.members[client.user].role:
            return "view_changed"
        return "filter_changed" if collections != sorted(client.collections) else None

    # ------------------------------------------------------------------------------ clients push

    def push(self, name: str, *, atomic: bool = False) -> None:
        """Everything that waits."""
        client = self.clients[name]
        if client.pending and self._push(client, client.pending, atomic=atomic):
            self._sent[name], client.pending = client.pending, []

    def push_again(self, name: str, *, atomic: bool = False) -> None:
        """The answer got lost, or so the client thinks."""
        self._push(self.clients[name], self._sent.get(name, ()), atomic=atomic)

    def push_under_a_used_id(self, name: str) -> None:
        """Something that is not what was sent under that id."""
        forged = [
            Edit(edit.mutation_id, edit.key, None, "put", {"y": 9})
            for edit in self._sent.get(name, ())[:1]
        ]
        self._push(self.clients[name], forged)

    def push_together(self, *, atomic: bool = False) -> None:
        """All clients at once: their pushes are written in one transaction."""
        self._tick()
        busy = [
            client
            for client in self.clients.values()
            if client.pending and client.user in self.model.members
        ]
        many: list[Pushed] = [(one.user, one.name, one.pending, atomic) for one in busy]
        outcomes = self.subject.push_together(many)
        for client, pushed, outcome in zip(busy, many, outcomes, strict=True):
            self._compare(pushed, outcome)
            self._sent[client.name], client.pending = client.pending, []

    def _push(self, client: Replica, edits: Sequence[Edit], *, atomic: bool = False) -> bool:
        """Whether there was an answer about each edit."""
        self._tick()
        pushed: Pushed = (client.user, client.name, edits, atomic)
        if client.user not in self.model.members:
            with pytest.raises(SpaceNotFound):
                self.subject.push(pushed, client.epoch)
            return False
        if client.epoch not in (None, self.model.epoch):
            with pytest.raises(EpochChanged):
                self.subject.push(pushed, client.epoch)
            return False
        return self._compare(pushed, self.subject.push(pushed, client.epoch))

    def _compare(self, pushed: Pushed, outcome: list[Result] | Refused) -> bool:
        """What the service answered, with what it should have."""
        user, client, edits, atomic = pushed
        _note(f"    {outcome}")
        self._expect(outcome, self.model.push(user, edits, client, atomic=atomic))
        if isinstance(outcome, Refused):
            return False
        for edit, result in zip(edits, outcome, strict=True):
            if result.status in ("applied", "merged"):
                self._acknowledged.append((edit.key, user, result))
        return True

    # ------------------------------------------------------------------------------- and the end

    def end(self) -> None:
        """Check, and make room for the next."""
        if self.model.head:
            try:
                self._check()
            finally:
                self.subject.close()

    def _check(self) -> None:
        """Whether the service has what it should have, and every client gets it."""
        self._check_what_is_stored()
        for name in self.clients:
            self.catch_up(name, 2, 300)
        for user in self.model.members:
            found = {key: self._read(user, key) for key in self.model.rows}
            self._expect({key: row for key, row in found.items() if row}, self.model.view(user))

    def _check_what_is_stored(self) -> None:
        where = (self.model.head, self.model.floor, self.model.epoch)
        self._expect(self.subject.head_floor_epoch(), where)
        self._expect(self.subject.rows(), self.model.rows)
        log = self.subject.log()
        self._expect(log, list(self.model.log.values()))
        head = self.model.head
        self._expect([entry.seq for entry in log], list(range(head - len(log) + 1, head + 1)))
        by_seq = {entry.seq: (entry.about, entry.actor, entry.version) for entry in log}
        for key, user, result in self._acknowledged:
            if result.seq in by_seq:
                self._expect(by_seq[result.seq], (key, user, result.version))

    def _read(self, user: str, key: Key) -> Row | None:
        try:
            return self.subject.read(user, key)
        except RecordNotFound:
            return None

    def _expect(self, found: object, expected: object) -> None:
        assert found == expected, f"there is {found} instead of {expected}"

    def _tick(self) -> None:
        """Each step that writes has a minute of its own."""
        self.model.now_ms += MINUTE_MS
        self._hands.now_ms = self.model.now_ms


def _note(text: str) -> None:
    if currently_in_test_context():
        note(text)

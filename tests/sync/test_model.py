"""Whatever is done to a space, in whatever order: every client ends with what its user may see.

Hypothesis makes up histories of a space: writers, moves, members who come and go, backups, pruning, and
clients that pull small pages in between, edit while nobody looks, push late and push again. Each step is
also done to a model of the space; results, log and copies must be what the model says. The limits of the
service are set so low that a handful of records meets all of them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.backbone import Backbone
from service.changes.errors import ResyncRequired, SpaceNotFound
from service.core import clock
from service.records.errors import EpochChanged, RecordNotFound
from service.sync import cursor, page, scan
from tests.sync.model import DAY_MS, EVERY, Edit, Key, Refused, Result, Row, Space, Wish
from tests.sync.replica import Replica
from tests.sync.subject import Installation, Pushed

LONG = os.environ.get("SYNCLINE_PROOFS") == "long"
HISTORIES = 2000 if LONG else 60
STEPS = 60 if LONG else 40
PULLS_MAX = 200
RETENTION_DAYS = 90
RARITIES_MAX = 4
BEGINNING_MS = 1_800_000_000_000
MINUTE_MS = 60_000

ADA, BOB, CAROL = PEOPLE = ("ada", "bob", "carol")
"""Ada owns the space. Bob has two clients and is in some realms, Carol has none and writes."""
COLLECTIONS = {"notes": ("reject", 90), "tags": ("merge", 30)}
KEYS = tuple((name, id_) for name in COLLECTIONS for id_ in "ab")
REALMS = ("shared", "red", "blue")
CIRCLES = [circle for size in (0, 1, 2, 2, 3, 3, 3) for circle in combinations(REALMS, size)]

guests = st.sampled_from([BOB, BOB, BOB, CAROL])
writers = st.sampled_from([ADA, CAROL])
keys = st.sampled_from(KEYS)
realms = st.sampled_from(REALMS)
maybe_realms = st.sampled_from([None, None, *REALMS])
circles = st.sampled_from([*map(set, CIRCLES), {EVERY}, None])
roles = st.sampled_from(["editor"] * 10 + ["viewer", "admin"])
numbers = st.integers(0, 3)
objects = st.dictionaries(st.sampled_from("xy"), numbers, max_size=2)
patches = st.dictionaries(st.sampled_from("xy"), st.none() | numbers, max_size=2)
wishes = st.one_of(
    st.tuples(st.just("put"), objects, maybe_realms),
    st.tuples(st.just("patch"), patches, maybe_realms),
    st.tuples(st.just("patch"), st.just({}), realms),
    st.tuples(st.just("delete"), st.none(), st.none()),
)
policies = st.sampled_from(["merge", "merge", "reject", "overwrite", None])
pushes = st.sampled_from(["new", "new", "new", "together", "again", "another under a used id"])
seldom = st.sampled_from([False, False, False, True])
clients = st.sampled_from(["phone", "phone", "watch", "desk"])
page_counts = st.sampled_from([1, 1, 2, 3, None])
item_counts = st.sampled_from([1, 1, 2, 3, 4, 1000])
byte_counts = st.sampled_from([1, 300, 1_000_000])
rarities = st.sampled_from(
    ["prune_30_days", "prune_90_days", "restore_backup", "erase", "start_over", "ask_for_others"]
)


@dataclass
class Hands:
    """Of the service's clock: they stand still until a step moves them."""

    now_ms: int = BEGINNING_MS


class History(RuleBasedStateMachine):
    """One space from its beginning."""

    def __init__(self, installation: Installation, hands: "Hands") -> None:
        super().__init__()
        self.subject = installation.new_space()
        self.hands = hands
        self.model = Space(COLLECTIONS, BEGINNING_MS)
        self.clients = {
            "phone": Replica("phone", BOB),
            "watch": Replica("watch", BOB, ["notes"]),
            "desk": Replica("desk", ADA),
        }
        self.standings: dict[str, tuple[object, ...]] = {}
        self.sent: dict[str, Sequence[Edit]] = {}
        self.acknowledged: list[tuple[Key, str, Result]] = []
        self.rarities = 0

    @initialize(
        homes=st.lists(realms, min_size=len(KEYS), max_size=len(KEYS)),
        realms=st.sets(realms, min_size=1),
        early=st.sets(clients),
    )
    def begin(self, homes: list[str], realms: set[str], early: set[str]) -> None:
        """Each record is in one of ``homes``; ``early`` clients have them all."""
        self._tick()
        self.subject.open(ADA)
        self.model.put_member(ADA, "owner", frozenset({EVERY}))
        self.model.epoch = self.subject.head_floor_epoch()[2]
        for name, (policy, days) in COLLECTIONS.items():
            self.subject.declare(ADA, name, policy, days)
            self.model.append("collection", name, 1)
        self._put_member(BOB, "editor", frozenset(realms))
        self._put_member(CAROL, "editor", frozenset({EVERY}))
        for key, home in zip(KEYS, homes, strict=True):
            self._write(ADA, key, ("put", {"x": 0}, home))
        for name in sorted(early):
            self._catch_up(self.clients[name], 1000, 1_000_000)

    # --------------------------------------------------------------------------------------- rules
    # There are few, each with variants: Hypothesis tries every rule about as often as any other.

    @rule(who=writers, key=keys, wish=wishes)
    def write(self, who: str, key: Key, wish: Wish) -> None:
        """Somebody who has just read the record writes it elsewhere."""
        self._write(who, key, wish)

    @rule(who=guests, role=roles, realms=circles)
    def admit(self, who: str, role: str, realms: set[str] | None) -> None:
        """To these realms and no others; None shows them the door."""
        if realms is not None:
            self._put_member(who, role, frozenset(realms))
        elif who in self.model.members:
            self._tick()
            self.subject.remove_member(ADA, who)
            self.model.remove_member(who)

    @rule(name=clients, pages=page_counts, items=item_counts, bytes_max=byte_counts)
    def pull(self, name: str, pages: int | None, items: int, bytes_max: int) -> None:
        """So many pages, or all that there are."""
        if pages is None:
            self._catch_up(self.clients[name], items, bytes_max)
        for _ in range(pages or 0):
            self._pull(self.clients[name], items, bytes_max)

    @rule(name=clients, key=keys, wish=wishes, policy=policies, unseen=seldom)
    def edit(self, name: str, key: Key, wish: Wish, policy: str | None, *, unseen: bool) -> None:
        """A client edits its copy, and tells nobody yet."""
        self.clients[name].edit(key, wish, policy, unseen=unseen)

    @rule(name=clients, what=pushes, atomic=seldom)
    def push(self, name: str, what: str, *, atomic: bool) -> None:
        """Edits that wait, of one client or of all at once; or again what was sent before."""
        client, sent = self.clients[name], self.sent.get(name, ())
        if what == "again":
            self._push(client, sent, atomic=atomic)
        elif what == "another under a used id":
            self._push(client, [replace(edit, op="put", value={"y": 9}) for edit in sent[:1]])
        elif what == "together" and BOB in self.model.members:
            self._push_together(atomic=atomic)
        elif client.pending and self._push(client, client.pending, atomic=atomic):
            self.sent[name], client.pending = client.pending, []

    @precondition(lambda self: self.rarities < RARITIES_MAX)
    @rule(name=clients, what=rarities, number=st.integers(0, 12))
    def rarely(self, name: str, what: str, number: int) -> None:
        """Mostly what makes clients start over: in a history full of it nothing else is tried."""
        self.rarities += 1
        getattr(self, f"_{what}")(self.clients[name], number)

    def _prune_30_days(self, _client: Replica, changes_kept: int) -> None:
        self._prune(changes_kept, 30)

    def _prune_90_days(self, _client: Replica, changes_kept: int) -> None:
        self._prune(changes_kept, 90)

    def _prune(self, changes_kept: int, days: int) -> None:
        """As many days after one of the newest changes."""
        last = self.model.log.get(self.model.head - changes_kept)
        now_ms = last.at_ms + days * DAY_MS if last else self.model.now_ms
        self.subject.prune(now_ms)
        self.model.prune(now_ms, RETENTION_DAYS)

    def _restore_backup(self, _client: Replica, _number: int) -> None:
        self.model.epoch = f"restored{self.rarities}"
        self.subject.restore_backup(self.model.epoch)

    def _erase(self, _client: Replica, number: int) -> None:
        key = KEYS[number % len(KEYS)]
        if key in self.model.rows:
            self.subject.erase(ADA, key)
            self.model.erase(key)

    def _start_over(self, client: Replica, _number: int) -> None:
        client.start_over()

    def _ask_for_others(self, client: Replica, number: int) -> None:
        client.collections = ((), ("notes",), ("tags",), ("notes", "tags"))[number % 4]

    # ------------------------------------------------------------------------- what must always hold

    def teardown(self) -> None:
        if self.model.head:
            try:
                self._check_what_is_stored()
                self._check_what_everybody_has()
            finally:
                self.subject.close()

    def _check_what_is_stored(self) -> None:
        expected = (self.model.head, self.model.floor, self.model.epoch)
        assert tuple(self.subject.head_floor_epoch()) == expected
        assert self.subject.rows() == self.model.rows
        log = self.subject.log()
        assert log == list(self.model.log.values())
        assert [entry.seq for entry in log] == list(range(*self._numbers_kept()))
        by_seq = {entry.seq: entry for entry in log}
        for key, user, result in self.acknowledged:
            if result.seq in by_seq:
                entry = by_seq[result.seq]
                assert (entry.about, entry.actor, entry.version) == (key, user, result.version)

    def _numbers_kept(self) -> tuple[int, int]:
        return self.model.head + 1 - len(self.model.log), self.model.head + 1

    def _check_what_everybody_has(self) -> None:
        for client in self.clients.values():
            self._catch_up(client, 2, 300)
        for user in self.model.members:
            found = {key: self._read(user, key) for key in self.model.rows}
            seen = {key: row for key, row in found.items() if row}
            assert seen == self.model.view(user)

    def _read(self, user: str, key: Key) -> Row | None:
        try:
            return self.subject.read(user, key)
        except RecordNotFound:
            return None

    # ------------------------------------------------------------------------------------- the steps

    def _tick(self) -> None:
        """Each step that writes has a minute of its own."""
        self.model.now_ms += MINUTE_MS
        self.hands.now_ms = self.model.now_ms

    def _put_member(self, who: str, role: str, realms: frozenset[str]) -> None:
        self._tick()
        is_new = who not in self.model.members
        self.subject.put_member(ADA, who, role, realms, is_new=is_new)
        self.model.put_member(who, role, realms)

    def _write(self, who: str, key: Key, wish: Wish) -> None:
        self._tick()
        row = self.model.rows.get(key)
        live = row if row and row.data is not None else None
        edit = Edit("", key, live and live.version, *wish, on_conflict="reject")
        if who in self.model.members:
            based_on = live and (self.model.epoch, live.seq)
            result = self.subject.write(who, edit, based_on)
            self._compare((who, None, [edit], False), [result])

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

    def _push_together(self, *, atomic: bool) -> None:
        """They are written in one transaction."""
        self._tick()
        busy = [client for client in self.clients.values() if client.pending]
        many: list[Pushed] = [(one.user, one.name, one.pending, atomic) for one in busy]
        outcomes = self.subject.push_together(many)
        for client, pushed, outcome in zip(busy, many, outcomes, strict=True):
            self._compare(pushed, outcome)
            self.sent[client.name], client.pending = client.pending, []

    def _compare(self, pushed: Pushed, outcome: list[Result] | Refused) -> bool:
        """What the service answered, with what it should have."""
        user, client, edits, atomic = pushed
        expected = self.model.push(user, edits, client, atomic=atomic)
        note(f"    {outcome}")
        assert outcome == expected, f"of {edits} came {outcome}"
        if isinstance(outcome, Refused):
            return False
        for edit, result in zip(edits, outcome, strict=True):
            if result.status in ("applied", "merged"):
                self.acknowledged.append((edit.key, user, result))
        return True

    def _catch_up(self, client: Replica, items: int, bytes_max: int) -> None:
        pulls = 0
        while self._pull(client, items, bytes_max):
            pulls += 1
            assert pulls < PULLS_MAX, f"{client.name} never gets to the end"
        expected = self.model.view(client.user, client.collections)
        assert client.copy == expected, f"{client.name} has {client.copy} instead of {expected}"

    def _pull(self, client: Replica, items: int, bytes_max: int) -> bool:
        """One page; whether there is more."""
        sizes = (items, bytes_max)
        try:
            answer = self.subject.pull(client.user, client.cursor, client.collections, sizes)
        except SpaceNotFound:
            assert client.user not in self.model.members
            client.forget()
            return False
        except ResyncRequired as refusal:
            assert refusal.members["reason"] == self._reason_to_start_over(client)
            client.start_over()
            return True
        self._take(client, answer, items, bytes_max)
        return bool(answer["more"])

    def _take(self, client: Replica, answer: dict[str, Any], items: int, bytes_max: int) -> None:
        note(f"    {answer['changes']}, more: {answer['more']}")
        if client.user in self.model.members:
            if client.cursor is not None:
                assert self._reason_to_start_over(client) is None
            self.standings[client.name] = self._standing(client)
            self._check_visible(client, answer["changes"])
        if answer["more"]:
            size = sum(len(orjson.dumps(change)) for change in answer["changes"])
            assert len(answer["changes"]) >= items or size >= bytes_max
        client.apply(answer)
        assert client.user in self.model.members or not client.copy, "it keeps what it may not see"

    def _check_visible(self, client: Replica, changes: list[dict[str, Any]]) -> None:
        member = self.model.members[client.user]
        for change in changes:
            assert change["op"] != "put" or member.sees(change["record"]["realm"])

    def _standing(self, client: Replica) -> tuple[object, ...]:
        member = self.model.members[client.user]
        return member.role, sorted(client.collections)

    def _reason_to_start_over(self, client: Replica) -> str | None:
        assert client.cursor is not None
        role, collections = self.standings[client.name]
        if client.epoch != self.model.epoch:
            return "epoch_changed"
        if self.subject.position_in(client.cursor, client.user) < self.model.floor:
            return "cursor_expired"
        if role != self.model.members[client.user].role:
            return "view_changed"
        return "filter_changed" if collections != sorted(client.collections) else None


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now_ms", lambda: hands.now_ms)
    return hands


@pytest.fixture
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan reads two rows first; two changes of a member fill one; two grants are many at once."""
    monkeypatch.setattr(page, "ROWS_AT_FIRST", 2)
    monkeypatch.setattr(scan, "EVENTS_MAX", len(REALMS) + 1)
    monkeypatch.setattr(cursor, "BACKFILLS_MAX", 1)


@pytest.mark.usefixtures("_low_limits")
def test_every_client_ends_with_what_its_user_may_see(backbone: Backbone, hands: Hands) -> None:
    installation = Installation(backbone, PEOPLE)
    run_state_machine_as_test(
        lambda: History(installation, hands),
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

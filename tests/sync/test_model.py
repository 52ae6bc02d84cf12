"""Whatever is done to a space, in whatever order: every client ends with what its user may see.

Hypothesis makes up histories of a space: writers, moves, members who come and go, backups, pruning,
and clients that pull small pages in between, edit while nobody looks, push late and push again.
Each step is also done to a model of the space; results, log and copies must be what the model says.
The limits of the service are set so low that a handful of records meets all of them.

Histories that once went wrong, or that others have gone wrong by, are told after that.
"""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.backbone import Backbone
from service.core import clock
from service.sync import cursor, page, scan
from tests.proofs.budget import LONG, budget
from tests.sync.model import EVERY, Key, Wish
from tests.sync.story import ADA, BOB, CAROL, KEYS, PEOPLE, Hands, Story
from tests.sync.subject import Installation

HISTORIES = budget(20, 5000)
STEPS = 40
RARITIES_MAX = 4
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
wishes: st.SearchStrategy[Wish] = st.one_of(
    st.tuples(st.just("put"), objects, maybe_realms),
    st.tuples(st.just("patch"), patches, maybe_realms),
    st.tuples(st.just("patch"), st.just({}), realms),
    st.tuples(st.just("delete"), st.none(), st.none()),
)
policies = st.sampled_from(["merge", "merge", "reject", "overwrite", None])
seldom = st.sampled_from([False, False, False, True])
clients = st.sampled_from(["phone", "phone", "watch", "desk"])
page_counts = st.sampled_from([1, 1, 2, 3, None])
item_counts = st.sampled_from([1, 1, 2, 3, 4, 1000])
byte_counts = st.sampled_from([1, 300, 1_000_000])
pushes = st.sampled_from(["new", "new", "new", "together", "again", "another under a used id"])
rarities = st.sampled_from(["prune", "prune", "restore", "erase", "start over", "other filter"])
filters = st.sampled_from([(), ("notes",), ("tags",), ("notes", "tags")])


class History(RuleBasedStateMachine):
    """Rules are few and have variants: each rule is tried about as often as any other."""

    def __init__(self, installation: Installation, hands: Hands) -> None:
        super().__init__()
        self.story = Story(installation, hands)
        self.rarities = 0

    @initialize(
        homes=st.lists(realms, min_size=len(KEYS), max_size=len(KEYS)),
        realms=st.sets(realms, min_size=1),
        early=st.sets(clients),
    )
    def begin(self, homes: list[str], realms: set[str], early: set[str]) -> None:
        self.story.begin(homes, realms, early)

    @rule(who=writers, key=keys, wish=wishes)
    def write(self, who: str, key: Key, wish: Wish) -> None:
        self.story.write(who, key, wish)

    @rule(who=guests, role=roles, realms=circles)
    def admit(self, who: str, role: str, realms: set[str] | None) -> None:
        self.story.admit(who, realms, role)

    @rule(name=clients, pages=page_counts, items=item_counts, bytes_max=byte_counts)
    def pull(self, name: str, pages: int | None, items: int, bytes_max: int) -> None:
        """So many pages, or all that there are."""
        if pages is None:
            self.story.catch_up(name, items, bytes_max)
        for _ in range(pages or 0):
            self.story.pull(name, items, bytes_max)

    @rule(name=clients, key=keys, wish=wishes, policy=policies, unseen=seldom)
    def edit(self, name: str, key: Key, wish: Wish, policy: str | None, *, unseen: bool) -> None:
        """A client edits its copy, and tells nobody yet."""
        self.story.clients[name].edit(key, wish, policy, unseen=unseen)

    @rule(name=clients, what=pushes, atomic=seldom)
    def push(self, name: str, what: str, *, atomic: bool) -> None:
        if what == "new":
            self.story.push(name, atomic=atomic)
        elif what == "together":
            self.story.push_together(atomic=atomic)
        elif what == "again":
            self.story.push_again(name, atomic=atomic)
        else:
            self.story.push_under_a_used_id(name)

    @precondition(lambda self: self.rarities < RARITIES_MAX)
    @rule(name=clients, key=keys, what=rarities, kept=st.integers(0, 12), wanted=filters)
    def rarely(self, name: str, key: Key, what: str, kept: int, wanted: tuple[str, ...]) -> None:
        """Mostly what makes clients start over: in a history full of it nothing else is tried."""
        self.rarities += 1
        if what == "prune":
            self.story.prune(kept, days=30 if kept % 2 else 90)
        elif what == "restore":
            self.story.restore_backup()
        elif what == "erase":
            self.story.erase(key)
        elif what == "start over":
            self.story.clients[name].start_over()
        else:
            self.story.clients[name].collections = wanted

    def teardown(self) -> None:
        self.story.end()


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now_ms", lambda: hands.now_ms)
    return hands


@pytest.fixture(autouse=True)
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan reads two rows first, one change of a member can fill it, two grants are many."""
    monkeypatch.setattr(page, "ROWS_AT_FIRST", 2)
    monkeypatch.setattr(scan, "EVENTS_MAX", len(REALMS) + 1)
    monkeypatch.setattr(cursor, "BACKFILLS_MAX", 1)


@pytest.fixture
def installation(backbone: Backbone) -> Installation:
    return Installation(backbone, PEOPLE)


@pytest.fixture
def story(installation: Installation, hands: Hands) -> Iterator[Story]:
    """Four records in the realm that bob and his clients share with everybody; it ends well."""
    story = Story(installation, hands)
    story.begin(["shared"] * len(KEYS), {"shared", "red"}, ["phone"])
    yield story
    story.end()


def test_every_client_ends_with_what_its_user_may_see(
    installation: Installation, hands: Hands
) -> None:
    run_state_machine_as_test(
        lambda: History(installation, hands),  # type: ignore[arg-type]
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


A, B, *_ = KEYS
TO_RED: Wish = ("patch", {}, "red")
TO_SHARED: Wish = ("patch", {}, "shared")
NEW: Wish = ("put", {"y": 1}, None)


def test_a_move_is_told_though_the_record_comes_later_again(story: Story) -> None:
    story.write(ADA, A, TO_RED)
    story.write(ADA, B, NEW)
    story.write(ADA, A, NEW)
    story.pull("phone", items=1)
    story.admit(BOB, {"shared"})
    story.catch_up("phone")


def test_what_changes_behind_a_backfill_comes_in_the_delta(story: Story) -> None:
    story.pull("watch", items=1)
    story.write(ADA, A, NEW)
    story.write(ADA, B, ("delete", None, None))
    story.catch_up("watch", items=1)


def test_a_realm_is_left_and_entered_again_before_anybody_looks(story: Story) -> None:
    story.write(ADA, A, TO_RED)
    story.catch_up("phone")
    story.admit(BOB, {"shared"})
    story.write(ADA, A, NEW)
    story.admit(BOB, {"shared", "red"})
    story.catch_up("phone", items=1)


def test_every_realm_is_lent_and_taken_back_before_anybody_looks(story: Story) -> None:
    story.write(ADA, A, TO_RED)
    story.catch_up("phone")
    story.admit(BOB, {EVERY})
    story.admit(BOB, {"blue"})
    story.catch_up("phone")


def test_every_realm_is_taken_and_given_back_before_anybody_looks(story: Story) -> None:
    story.admit(BOB, {EVERY})
    story.catch_up("phone")
    story.admit(BOB, {"red"})
    story.admit(BOB, set())
    story.admit(BOB, {EVERY})
    story.catch_up("phone", items=1)


def test_who_saw_every_realm_and_is_removed_keeps_nothing(story: Story) -> None:
    story.write(ADA, A, TO_RED)
    story.admit(BOB, {EVERY})
    story.catch_up("phone")
    story.admit(BOB, {"shared"})
    story.admit(BOB, None)
    story.pull("phone")


def test_who_is_removed_learns_no_epoch_that_they_never_pulled_under(story: Story) -> None:
    story.clients["phone"].edit(A, NEW, "overwrite")
    story.admit(BOB, None)
    story.restore_backup()
    story.pull("phone")
    story.admit(BOB, {"shared"})
    story.push("phone")


def test_a_tombstone_moves_with_the_record_that_takes_its_id(story: Story) -> None:
    story.write(ADA, A, ("delete", None, None))
    story.write(ADA, A, ("put", {"x": 1}, "blue"))
    story.catch_up("phone")


def test_a_merge_looks_at_the_base_and_not_at_what_is_there(story: Story) -> None:
    story.clients["phone"].edit(A, ("patch", {"x": 1}, None), "merge")
    story.clients["phone"].edit(B, ("patch", {"y": 1}, None), "merge")
    story.write(ADA, A, ("patch", {"x": 2}, None))
    story.write(ADA, B, ("patch", {"x": 2}, None))
    story.push("phone")
    story.catch_up("phone")


def test_a_record_moves_there_and_back_between_two_pages(story: Story) -> None:
    story.write(ADA, A, TO_RED)
    story.write(ADA, B, NEW)
    story.pull("phone", items=1)
    story.write(ADA, A, TO_SHARED)
    story.admit(BOB, {"red"})
    story.catch_up("phone", items=1)

"""Members: every change is in the log, and says what it means for a working copy."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import sqlalchemy as sa

from service.auth.errors import LastOwner, RoleForbidden, UserNotFound
from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.position import position_of
from service.changes.tables import changes
from service.core.errors import PreconditionFailed, ServiceError
from service.core.precondition import ANY_STATE
from service.spaces import members as members_module
from service.spaces.errors import TooManyMembers
from service.spaces.members import realm_events
from service.spaces.tables import member_events
from tests.spaces.declared import member_now, owner_of_main, put_member, rows, user


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


@pytest.fixture
def bob(backbone: Backbone, ada: Principal) -> Principal:
    return user(backbone, ada)


def events_of(backbone: Backbone, who: Principal) -> list[tuple[str, str]]:
    """(realm, op) of ``who``, in order."""
    query = sa.select(member_events.c.realm, member_events.c.op)
    mine = query.where(member_events.c.user_id == who.user_id)
    return rows(backbone, mine.order_by(member_events.c.seq, member_events.c.realm))


def changes_of(backbone: Backbone, who: Principal) -> list[tuple[object, ...]]:
    query = sa.select(changes.c.kind, changes.c.op, changes.c.version, changes.c.before)
    return rows(backbone, query.where(changes.c.id == who.user_id).order_by(changes.c.seq))


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        ((), ("a", "b"), [("a", "grant"), ("b", "grant")]),
        (("a", "b"), ("b", "c"), [("a", "revoke"), ("c", "grant")]),
        (("a",), ("a",), []),
        (("a",), (), [("a", "revoke")]),
        (("a",), ("*",), [("*", "grant")]),
        (("*",), ("a",), [("*", "revoke"), ("a", "grant")]),
        ((), ("*",), [("*", "grant")]),
        (("*",), ("*",), []),
    ],
)
def test_entering_and_leaving_realms_are_events(
    before: Sequence[str], after: Sequence[str], events: list[tuple[str, str]]
) -> None:
    assert realm_events(tuple(before), tuple(after)) == events


def test_a_members_life_stands_in_the_log(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, "viewer", ("a", "b"))
    put_member(backbone, ada, bob, "viewer", ("b", "c"))
    backbone.members.remove(ada, "main", bob.user_id, ANY_STATE)

    assert changes_of(backbone, bob) == [
        ("member", "create", 1, None),
        ("member", "update", 2, '{"role":"viewer","realms":["a","b"]}'),
        ("member", "delete", 3, '{"role":"viewer","realms":["b","c"]}'),
    ]
    assert events_of(backbone, bob) == [
        ("a", "grant"),
        ("b", "grant"),
        ("a", "revoke"),
        ("c", "grant"),
        ("b", "revoke"),
        ("c", "revoke"),
    ]


def test_who_saw_every_realm_leaves_every_realm(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, "viewer", ("*",))
    backbone.members.remove(ada, "main", bob.user_id, ANY_STATE)

    assert events_of(backbone, bob) == [("*", "grant"), ("*", "revoke")]


def test_each_change_is_numbered_and_makes_caches_stale(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    seen = put_member(backbone, ada, bob)

    with backbone.db.reading() as connection:
        position = position_of(connection, "main")
    assert position.head == position.config_seq == seen.member.seq


def test_saying_the_same_again_changes_nothing(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    once = put_member(backbone, ada, bob, "editor", ("b", "a", "a"))
    again = put_member(backbone, ada, bob, "editor", ("a", "b"))

    assert again == once


def test_a_precondition_shows_what_is_there_now(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    seen = put_member(backbone, ada, bob, "editor")
    old = backbone.members.get(ada, "main", bob.user_id)
    put_member(backbone, ada, bob, "viewer")

    stale = frozenset({(old.epoch, old.member.seq)})
    with pytest.raises(PreconditionFailed) as refused:
        put_member(backbone, ada, bob, "admin", expected=type(ANY_STATE)(positions=stale))

    assert refused.value.members["current"]["role"] == "viewer"
    assert seen.member.role == "editor"


def test_the_last_owner_cannot_step_down_or_leave(backbone: Backbone, ada: Principal) -> None:
    with pytest.raises(LastOwner):
        put_member(backbone, ada, ada, "admin")
    with pytest.raises(LastOwner):
        backbone.members.remove(ada, "main", ada.user_id, ANY_STATE)


def test_one_of_two_owners_may_leave(backbone: Backbone, ada: Principal, bob: Principal) -> None:
    put_member(backbone, ada, bob, "owner")

    backbone.members.remove(bob, "main", ada.user_id, ANY_STATE)

    assert [each.user_id for each in backbone.members.page(bob, "main", "", 9)] == [bob.user_id]


def test_two_owners_who_leave_at_once_leave_one_behind(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, "owner")

    def leave(who: Principal) -> str:
        try:
            backbone.members.remove(who, "main", who.user_id, ANY_STATE)
        except ServiceError as refused:
            return refused.code
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, [ada, bob])) == ["last_owner", "left"]


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_an_admin_neither_makes_nor_touches_owners(
    backbone: Backbone, ada: Principal, bob: Principal, role: str
) -> None:
    put_member(backbone, ada, bob, "admin")
    eve = user(backbone, ada, "eve@example.org")
    put_member(backbone, ada, eve, "owner")

    with pytest.raises(RoleForbidden) as refused:
        put_member(backbone, bob, eve, role)
    with pytest.raises(RoleForbidden):
        put_member(backbone, bob, bob, "owner")
    with pytest.raises(RoleForbidden):
        backbone.members.remove(bob, "main", eve.user_id, ANY_STATE)

    assert refused.value.members == {"required": "owner"}


def test_an_admin_manages_everybody_else(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, "admin")
    eve = user(backbone, ada, "eve@example.org")

    put_member(backbone, bob, eve, "admin")
    put_member(backbone, bob, eve, "viewer")
    backbone.members.remove(bob, "main", eve.user_id, ANY_STATE)


def test_there_are_so_many_members_and_no_more(
    backbone: Backbone, ada: Principal, bob: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_module, "MEMBERS_MAX", 1)

    with pytest.raises(TooManyMembers):
        put_member(backbone, ada, bob)


def test_realms_of_others_are_shown_as_far_as_one_is_in_them(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    eve = user(backbone, ada, "eve@example.org")
    put_member(backbone, ada, bob, "viewer", ("a", "b"))
    put_member(backbone, ada, eve, "viewer", ("b", "secret"))

    seen = backbone.members.get(bob, "main", eve.user_id)
    listed = {each.user_id: each.realms for each in backbone.members.page(bob, "main", "", 9)}

    assert (seen.member.realms, seen.is_whole) == (("b",), False)
    assert listed[eve.user_id] == ("b",)
    assert listed[bob.user_id] == ("a", "b")
    assert backbone.members.get(ada, "main", eve.user_id).member.realms == ("b", "secret")


def test_a_user_who_is_let_in_while_they_are_deleted_is_no_member(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    def let_in(_by: Principal, _user_id: str) -> None:
        with suppress(UserNotFound):
            put_member(backbone, ada, bob)

    backbone.users.when_leaving(let_in)
    backbone.users.delete(ada, bob.user_id)

    assert not member_now(backbone, ada, bob)

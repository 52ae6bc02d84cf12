"""Rights are known without asking twice, and never longer than they hold."""

import pytest

from service.auth.errors import RoleForbidden
from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.errors import SpaceNotFound
from service.changes.position import position_of
from tests.spaces.declared import access, owner_of_main, put_member, user


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


@pytest.fixture
def bob(backbone: Backbone, ada: Principal) -> Principal:
    return user(backbone, ada)


def test_an_outsider_cannot_tell_a_space_from_none(backbone: Backbone, bob: Principal) -> None:
    with pytest.raises(SpaceNotFound) as outside:
        access(backbone, bob)
    with pytest.raises(SpaceNotFound) as nowhere:
        access(backbone, bob, space="spc_none")

    assert outside.value.detail == nowhere.value.detail


def test_a_change_holds_at_once(backbone: Backbone, ada: Principal, bob: Principal) -> None:
    put_member(backbone, ada, bob, "viewer", ("a",))
    before = access(backbone, bob)
    put_member(backbone, ada, bob, "editor", ("b",))
    after = access(backbone, bob)

    assert (before.role, before.sees("a"), before.sees("b")) == ("viewer", True, False)
    assert (after.role, after.sees("a"), after.sees("b")) == ("editor", False, True)


def test_what_is_known_is_not_read_again(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob)

    assert access(backbone, bob) is access(backbone, bob)
    assert backbone.access_book.last_known("main", bob.user_id) is access(backbone, bob)


def test_every_realm_is_seen_with_a_star(backbone: Backbone, ada: Principal) -> None:
    assert access(backbone, ada).sees("a realm of tomorrow")


def test_realms_alone_do_not_change_the_view(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, realms=("a",))
    before = access(backbone, bob).view
    put_member(backbone, ada, bob, realms=("a", "b"))

    assert access(backbone, bob).view == before


def test_a_role_changes_the_view(backbone: Backbone, ada: Principal, bob: Principal) -> None:
    put_member(backbone, ada, bob, "editor", ("a",))
    before = access(backbone, bob).view
    put_member(backbone, ada, bob, "viewer", ("a",))

    assert access(backbone, bob).view != before


def test_the_action_is_decided_by_the_role(
    backbone: Backbone, ada: Principal, bob: Principal
) -> None:
    put_member(backbone, ada, bob, "viewer")

    with backbone.db.reading() as connection:
        position = position_of(connection, "main")
        book = backbone.access_book
        assert book.allowed(connection, position, bob, "records.read").role == "viewer"
        with pytest.raises(RoleForbidden):
            book.allowed(connection, position, bob, "records.write")

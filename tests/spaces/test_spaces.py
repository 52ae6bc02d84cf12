"""Spaces: one's own, and nobody else's."""

import pytest

from service.auth.errors import InsufficientScope, RoleForbidden
from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.errors import SpaceNotFound
from service.core.errors import PreconditionFailed
from service.core.precondition import ANY_STATE, Precondition
from tests.spaces.declared import declare, owner_of_main, put_member, user


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


def test_who_makes_a_space_owns_it_and_sees_all_of_it(backbone: Backbone, ada: Principal) -> None:
    made = backbone.spaces.create(ada, "Shop")

    assert made == backbone.spaces.get(ada, made.id)
    assert (made.name, made.role, made.realms) == ("Shop", "owner", ("*",))
    assert (made.head, made.floor) == (1, 0)


def test_every_space_has_a_history_of_its_own(backbone: Backbone, ada: Principal) -> None:
    one, other = backbone.spaces.create(ada, "A"), backbone.spaces.create(ada, "B")

    assert one.epoch != other.epoch


def test_one_lists_the_spaces_one_is_in(backbone: Backbone, ada: Principal) -> None:
    bob = user(backbone, ada)
    hers = backbone.spaces.create(ada, "Hers")
    his = backbone.spaces.create(bob, "His")

    assert [each.id for each in backbone.spaces.page(ada, "", 9)] == ["main", hers.id]
    assert [each.id for each in backbone.spaces.page(bob, "", 9)] == [his.id]


def test_a_space_of_others_does_not_exist(backbone: Backbone, ada: Principal) -> None:
    his = backbone.spaces.create(user(backbone, ada), "His")

    with pytest.raises(SpaceNotFound):
        backbone.spaces.get(ada, his.id)
    with pytest.raises(SpaceNotFound):
        backbone.spaces.rename(ada, his.id, "Hers", ANY_STATE)


def test_making_spaces_needs_the_scope(backbone: Backbone) -> None:
    reader = Principal("usr_1", "key_1", frozenset({"spaces:read"}), "member")

    with pytest.raises(InsufficientScope):
        backbone.spaces.create(reader, "Shop")


def test_a_rename_is_a_change_of_the_log(backbone: Backbone, ada: Principal) -> None:
    before = backbone.spaces.get(ada, "main")
    renamed = backbone.spaces.rename(ada, "main", "Home", ANY_STATE)

    assert (renamed.name, renamed.head) == ("Home", before.head + 1)


def test_who_read_it_before_the_last_rename_is_told(backbone: Backbone, ada: Principal) -> None:
    read = backbone.spaces.get(ada, "main")
    backbone.spaces.rename(ada, "main", "Home", ANY_STATE)

    with pytest.raises(PreconditionFailed) as refused:
        backbone.spaces.rename(
            ada, "main", "House", Precondition(positions=frozenset({read.place}))
        )
    assert refused.value.members["current"]["name"] == "Home"


def test_a_viewer_renames_nothing(backbone: Backbone, ada: Principal) -> None:
    bob = user(backbone, ada)
    put_member(backbone, ada, bob, "viewer")

    with pytest.raises(RoleForbidden):
        backbone.spaces.rename(bob, "main", "Mine", ANY_STATE)


def test_limits_are_those_of_the_installation(backbone: Backbone, ada: Principal) -> None:
    limits = backbone.spaces.get(ada, "main").limits

    assert limits["record_bytes_max"] == backbone.settings.record_bytes_max
    assert limits["collections_max"] == 200


def test_collections_count_as_changes(backbone: Backbone, ada: Principal) -> None:
    before = backbone.spaces.get(ada, "main").head
    declare(backbone, ada)

    assert backbone.spaces.get(ada, "main").head == before + 1

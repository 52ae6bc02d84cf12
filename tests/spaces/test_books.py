"""Collections are read once, and compiled once."""

import pytest

from service.auth.principal import Principal
from service.backbone import Backbone
from service.core.precondition import ANY_STATE
from service.spaces.errors import CollectionNotFound
from tests.spaces.declared import collection, declare, owner_of_main, put_member, user

TEXT = {"properties": {"title": {"type": "string"}}}


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


def test_what_holds_is_not_read_again(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)

    assert collection(backbone) is collection(backbone)


def test_a_new_declaration_holds_at_once(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)
    before = collection(backbone)
    declare(backbone, ada, schema=TEXT, on_conflict="merge", expected=ANY_STATE)
    after = collection(backbone)

    assert before.accepts({"title": 1})
    assert not after.accepts({"title": 1})
    assert (before.on_conflict, after.on_conflict) == ("reject", "merge")


def test_a_schema_that_stays_is_not_compiled_again(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, schema=TEXT)
    before = collection(backbone)
    put_member(backbone, ada, user(backbone, ada))
    declare(backbone, ada, schema=TEXT, retention_days=7, expected=ANY_STATE)
    after = collection(backbone)

    assert after is not before
    assert after.validator is before.validator


def test_reasons_are_given(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, schema=TEXT)

    (reason,) = collection(backbone).errors_of({"title": 1})
    assert reason.pointer == "#/data/title"
    assert collection(backbone).errors_of({"title": "x"}) == ()


def test_without_a_schema_any_object_will_do(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)

    assert collection(backbone).errors_of({"anything": [1, None]}) == ()


def test_what_is_not_declared_is_not_found(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)
    backbone.collections.remove(ada, "main", "todos", ANY_STATE)

    with pytest.raises(CollectionNotFound):
        collection(backbone)

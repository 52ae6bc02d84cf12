"""Collections: declaring, declaring anew, and what happens to their indexes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from service.auth.errors import RoleForbidden
from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.position import position_of
from service.changes.tables import changes
from service.core.errors import Invalid, PreconditionFailed
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT
from service.spaces import declare as declare_module
from service.spaces.declare import Collections
from service.spaces.errors import (
    CollectionNotEmpty,
    CollectionNotFound,
    InvalidSchema,
    TooManyCollections,
    TooManyIndexes,
)
from service.spaces.index import Index, IndexField
from tests.spaces.declared import declare, owner_of_main, put_member, rows, user

BY_CODE = [{"field": "iata", "type": "text"}]
IATA = Index("iata", (IndexField("iata", "text"),))


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


def test_a_declaration_is_a_change_of_the_log(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)
    seen = declare(backbone, ada, on_conflict="merge", expected=ANY_STATE)
    backbone.collections.remove(ada, "main", "todos", ANY_STATE)

    query = sa.select(changes.c.op, changes.c.version).where(changes.c.kind == "collection")
    assert rows(backbone, query.order_by(changes.c.seq)) == [
        ("create", 1),
        ("update", 2),
        ("delete", 3),
    ]
    with backbone.db.reading() as connection:
        assert position_of(connection, "main").config_seq == seen.declared.seq + 1


def test_saying_the_same_again_changes_nothing(backbone: Backbone, ada: Principal) -> None:
    once = declare(backbone, ada, schema={"type": "object"}, indexes=BY_CODE)

    again = declare(backbone, ada, schema={"type": "object"}, indexes=BY_CODE, expected=ANY_STATE)

    assert again == once


def test_two_do_not_create_the_same(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada)

    with pytest.raises(PreconditionFailed) as refused:
        declare(backbone, ada, expected=MUST_BE_ABSENT)
    assert refused.value.members["current"]["name"] == "todos"


@pytest.mark.parametrize("name", ["1st", "-a", "_a", "a b", "a.b", "", "a" * 65, "a\n"])
def test_a_name_that_cannot_be_one_is_refused(
    backbone: Backbone, ada: Principal, name: str
) -> None:
    with pytest.raises(Invalid):
        declare(backbone, ada, name)


def test_a_bad_schema_changes_nothing(backbone: Backbone, ada: Principal) -> None:
    with pytest.raises(InvalidSchema):
        declare(backbone, ada, schema={"type": "objekt"})

    assert backbone.collections.page(ada, "main", "", 9) == []


def test_an_editor_declares_nothing(backbone: Backbone, ada: Principal) -> None:
    bob = user(backbone, ada)
    put_member(backbone, ada, bob, "editor")

    with pytest.raises(RoleForbidden):
        declare(backbone, bob)


def test_there_are_so_many_collections_and_no_more(
    backbone: Backbone, ada: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declare_module, "COLLECTIONS_MAX", 1)
    declare(backbone, ada)

    declare(backbone, ada, on_conflict="merge", expected=ANY_STATE)
    with pytest.raises(TooManyCollections):
        declare(backbone, ada, "another")


def test_a_space_has_so_many_indexes_and_no_more(
    backbone: Backbone, ada: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declare_module, "SPACE_INDEXES_MAX", 2)
    two = [{"fields": [{"field": name, "type": "text"}]} for name in ("a", "b")]
    declare(backbone, ada, indexes=two)

    declare(backbone, ada, indexes=two, on_conflict="merge", expected=ANY_STATE)
    declare(backbone, ada, "plain")
    with pytest.raises(TooManyIndexes):
        declare(backbone, ada, "another", indexes=two[:1])


def test_a_collection_with_records_stays(backbone: Backbone, ada: Principal) -> None:
    asked: list[tuple[str, str]] = []

    def holds(_connection: object, space: str, name: str) -> bool:
        asked.append((space, name))
        return True

    full = Collections(backbone.db, backbone.log, backbone.access_book, holds, 90)
    declare(backbone, ada)

    with pytest.raises(CollectionNotEmpty):
        full.remove(ada, "main", "todos", ANY_STATE)
    assert asked == [("main", "todos")]


def test_without_days_the_installations_are_taken(backbone: Backbone, ada: Principal) -> None:
    seen = declare(backbone, ada, retention_days=None)

    assert seen.declared.retention_days == backbone.settings.retention_days


@pytest.mark.parametrize(
    "act",
    [
        lambda verbs, ada: verbs.remove(ada, "main", "todos", ANY_STATE),
        lambda verbs, ada: verbs.get(ada, "main", "todos"),
    ],
    ids=["remove", "get"],
)
def test_what_is_not_there_is_not_found(
    backbone: Backbone, ada: Principal, act: Callable[[Collections, Principal], object]
) -> None:
    with pytest.raises(CollectionNotFound):
        act(backbone.collections, ada)


def index_state(backbone: Backbone, ada: Principal) -> tuple[str, int]:
    declared = backbone.collections.get(ada, "main", "todos").declared
    return declared.indexes[0].state, declared.version


def test_an_index_is_ready_when_it_was_built(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, indexes=BY_CODE)
    assert index_state(backbone, ada) == ("building", 1)

    assert backbone.collections.set_index_state("main", "todos", IATA, "ready")
    assert backbone.collections.set_index_state("main", "todos", IATA, "ready")

    assert index_state(backbone, ada) == ("ready", 2)


def test_a_declaration_that_keeps_an_index_keeps_it_ready(
    backbone: Backbone, ada: Principal
) -> None:
    declare(backbone, ada, indexes=BY_CODE)
    backbone.collections.set_index_state("main", "todos", IATA, "ready")

    declare(backbone, ada, indexes=BY_CODE, on_conflict="merge", expected=ANY_STATE)

    assert index_state(backbone, ada) == ("ready", 3)


@pytest.mark.parametrize(
    ("name", "index"), [("todos", replace(IATA, name="other")), ("other", IATA)]
)
def test_the_state_of_an_index_that_is_gone_is_nobodys(
    backbone: Backbone, ada: Principal, name: str, index: Index
) -> None:
    declare(backbone, ada, indexes=BY_CODE)

    assert not backbone.collections.set_index_state("main", name, index, "ready")

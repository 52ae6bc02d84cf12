"""From a declaration to a real index and back, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.position import position_of
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT
from service.lists import reconcile as module
from service.lists.indexes import RealIndex, real_index
from service.lists.reconcile import forget_missing, reconcile
from service.spaces.index import Index
from tests.lists.listed import index
from tests.spaces.declared import declare, owner_of_main

BY_PRICE: dict[str, Any] = {"field": "price", "type": "number"}
BY_OWNER: dict[str, Any] = {"field": "owner.name", "type": "text"}


@pytest.fixture
def ada(backbone: Backbone) -> Principal:
    return owner_of_main(backbone)


def run(backbone: Backbone) -> None:
    reconcile(backbone.db, backbone.collections)


def states(backbone: Backbone, name: str = "todos") -> dict[str, str]:
    with backbone.db.reading() as connection:
        position = position_of(connection, "main")
        found = backbone.collection_book.collection(connection, position, name)
    return {each.name: each.state for each in found.indexes}


def there(backbone: Backbone) -> set[str]:
    with backbone.db.reading() as connection:
        return {name for name, is_whole in module._there(connection).items() if is_whole}


def real(backbone: Backbone, declared: Index) -> str:
    return real_index(backbone.db.dialect, "main", "todos", declared).name


def head(backbone: Backbone) -> int:
    with backbone.db.reading() as connection:
        return position_of(connection, "main").head


def execute(backbone: Backbone, statement: str) -> None:
    backbone.db.write(lambda connection: connection.exec_driver_sql(statement))


def test_what_is_declared_is_built_and_ready(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, indexes=[BY_PRICE, BY_OWNER])
    assert states(backbone) == {"price": "building", "owner_name": "building"}

    run(backbone)

    assert states(backbone) == {"price": "ready", "owner_name": "ready"}
    assert there(backbone) == {
        real(backbone, index("price:number")),
        real(backbone, index("owner.name:text")),
    }


def test_running_again_does_nothing(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, indexes=[BY_PRICE])
    run(backbone)
    before = head(backbone), there(backbone)

    run(backbone)

    assert (head(backbone), there(backbone)) == before


def test_what_nobody_declares_any_more_is_dropped(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, indexes=[BY_PRICE, BY_OWNER])
    run(backbone)
    declare(backbone, ada, indexes=[BY_OWNER], expected=ANY_STATE)

    run(backbone)

    assert there(backbone) == {real(backbone, index("owner.name:text"))}


def test_an_index_of_the_same_name_with_other_fields_is_another(
    backbone: Backbone, ada: Principal
) -> None:
    declare(backbone, ada, indexes=[{**BY_PRICE, "name": "mine"}])
    run(backbone)
    declare(backbone, ada, indexes=[{**BY_OWNER, "name": "mine"}], expected=ANY_STATE)
    assert states(backbone) == {"mine": "building"}

    run(backbone)

    assert states(backbone) == {"mine": "ready"}
    assert there(backbone) == {real(backbone, index("owner.name:text"))}


def test_what_is_ready_but_gone_is_building_until_it_is_there_again(
    backbone: Backbone, ada: Principal
) -> None:
    declare(backbone, ada, indexes=[BY_PRICE])
    run(backbone)
    execute(backbone, f'DROP INDEX "{real(backbone, index("price:number"))}"')

    forget_missing(backbone.db, backbone.collections)
    assert states(backbone) == {"price": "building"}

    run(backbone)
    assert states(backbone) == {"price": "ready"}


def test_there_are_only_so_many(
    backbone: Backbone, ada: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUILT_MAX", 1)
    declare(backbone, ada, indexes=[BY_PRICE, BY_OWNER])

    run(backbone)

    assert states(backbone) == {"price": "ready", "owner_name": "failed"}


def test_one_that_cannot_be_built_does_not_keep_others_from_it(
    backbone: Backbone, ada: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(dialect: str, space: str, name: str, declared: Index) -> RealIndex:
        found = real_index(dialect, space, name, declared)
        return replace(found, definition="(nothing)") if declared.name == "price" else found

    monkeypatch.setattr(module, "real_index", broken)
    declare(backbone, ada, indexes=[BY_PRICE, BY_OWNER])

    run(backbone)

    assert states(backbone) == {"price": "failed", "owner_name": "ready"}


def test_a_declaration_that_changed_meanwhile_is_not_said_to_be_ready(
    backbone: Backbone, ada: Principal
) -> None:
    declare(backbone, ada, indexes=[{**BY_OWNER, "name": "mine"}])
    other = index("price:number", name="mine")

    assert not backbone.collections.set_index_state("main", "todos", other, "ready")
    assert states(backbone) == {"mine": "building"}


def test_several_may_run_at_once(backbone: Backbone, ada: Principal) -> None:
    declare(backbone, ada, indexes=[BY_PRICE, BY_OWNER])
    declare(backbone, ada, name="notes", indexes=[BY_PRICE], expected=MUST_BE_ABSENT)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: run(backbone), range(4)))
    run(backbone)

    assert {*states(backbone).values(), *states(backbone, "notes").values()} == {"ready"}
    assert len(there(backbone)) == 3


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
class TestOnPostgres:
    """What only happens where indexes are built while others write."""

    def test_what_an_interrupted_builder_left_is_built_anew(
        self, backbone: Backbone, ada: Principal
    ) -> None:
        declare(backbone, ada, indexes=[BY_PRICE])
        run(backbone)
        interrupted = f"indexrelid = '{real(backbone, index('price:number'))}'::regclass"
        execute(backbone, f"UPDATE pg_index SET indisvalid = false WHERE {interrupted}")  # noqa: S608
        forget_missing(backbone.db, backbone.collections)
        assert states(backbone) == {"price": "building"}

        run(backbone)

        assert states(backbone) == {"price": "ready"}

    def test_while_one_builds_others_leave_it_alone(
        self, backbone: Backbone, ada: Principal
    ) -> None:
        declare(backbone, ada, indexes=[BY_PRICE])
        with module._builder_of(backbone.db) as is_alone:
            assert is_alone
            run(backbone)
        assert states(backbone) == {"price": "building"}
        run(backbone)
        assert states(backbone) == {"price": "ready"}

    def test_the_pools_are_left_as_they_were(self, backbone: Backbone, ada: Principal) -> None:
        declare(backbone, ada, indexes=[BY_PRICE])
        run(backbone)
        with backbone.db.reading() as connection:
            limits = [
                connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in ("statement_timeout", "lock_timeout", "enable_sort")
            ]
        assert limits == ["30s", "2s", "on"]

"""Connections on loan: at hand when whole, the pool's when anything went wrong."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.core.driver_errors import Busy
from service.core.loans import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Two connections at the most; whoever finds none waits for a moment."""
    engine = sa.create_engine(
        f"sqlite:///{tmp_path / 'a.db'}",
        isolation_level="AUTOCOMMIT",
        poolclass=sa.QueuePool,
        pool_size=2,
        max_overflow=0,
        pool_timeout=0.2,
        connect_args={"check_same_thread": False},
    )
    shelf = Shelf(engine)
    yield shelf
    shelf.renew()


def driver_of(connection: sa.Connection) -> object:
    return connection.connection.driver_connection


def lent(shelf: Shelf) -> object:
    with shelf.lend() as connection:
        return driver_of(connection)


def fail(shelf: Shelf) -> None:
    with pytest.raises(KeyError), shelf.lend():
        raise KeyError


def test_what_comes_back_whole_is_lent_again(shelf: Shelf) -> None:
    with shelf.lend() as connection:
        pass
    with shelf.lend() as again:
        assert again is connection


def test_what_went_wrong_goes_back_to_the_pool(shelf: Shelf) -> None:
    fail(shelf)
    assert (len(shelf.idle), shelf.engine.pool.checkedout()) == (0, 0)  # type: ignore[attr-defined]


def test_what_sqlalchemy_was_used_on_goes_back_to_the_pool(shelf: Shelf) -> None:
    with shelf.lend() as connection:
        connection.execute(sa.text("SELECT 1"))
    assert len(shelf.idle) == 0
    assert not connection.in_transaction()


def test_there_are_no_more_than_the_pool_allows(shelf: Shelf) -> None:
    with shelf.lend(), shelf.lend(), pytest.raises(Busy), shelf.lend():
        pass


def test_who_waits_gets_what_comes_back(shelf: Shelf) -> None:
    got: list[object] = []
    waiter = threading.Thread(target=lambda: got.append(lent(shelf)))
    with shelf.lend() as first, shelf.lend() as second:
        drivers = [driver_of(first), driver_of(second)]
        waiter.start()
        while not shelf._waiting:
            pass
    waiter.join()
    assert len(got) == 1
    assert got[0] in drivers


def test_a_new_beginning_closes_what_is_at_hand_and_what_comes_back_later(shelf: Shelf) -> None:
    before = lent(shelf)
    with shelf.lend() as old:
        shelf.renew()
        with shelf.lend() as new:
            assert new is not old
    assert old.closed
    assert lent(shelf) is not before
    assert shelf.engine.pool.checkedout() == 1  # type: ignore[attr-defined]


def test_a_killed_caller_leaves_nothing_behind(shelf: Shelf) -> None:
    with pytest.raises(KeyboardInterrupt), shelf.lend():
        raise KeyboardInterrupt
    assert len(shelf.idle) == 0
    assert lent(shelf) is not None

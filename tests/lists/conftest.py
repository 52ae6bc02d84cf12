from collections.abc import Iterator

import pytest

from service.core.db import Database, open_database
from tests.lists.listed import Make, Things


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database of each kind for a module whose tests keep to spaces of their own."""
    shelf = request.getfixturevalue(f"{request.param}_shelf")
    with shelf.copy(tmp_path_factory.mktemp("module")) as url:
        opened = open_database(url)
        yield opened
        opened.dispose()


@pytest.fixture
def make(database: Database) -> Make:
    """Makes a collection with real indexes, in a space of its own."""
    return lambda *indexes: Things(database, indexes)

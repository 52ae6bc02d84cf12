"""What most tests stand on: a fresh database of each kind, and the service's verbs upon it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from scripts import servers
from service.app import create_app
from service.backbone import Backbone, open_backbone
from tests.api import Api
from tests.databases import PostgresShelf, SqliteShelf, settings_for
from tests.document import Document


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real Postgres."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_shelf(tmp_path_factory: pytest.TempPathFactory) -> SqliteShelf:
    """Migrated once."""
    return SqliteShelf(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_shelf(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresShelf]:
    """Migrated once."""
    shelf = PostgresShelf(postgres_url, tmp_path_factory.mktemp("template"))
    yield shelf
    shelf.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind, with the space ``main``."""
    shelf = request.getfixturevalue(f"{request.param}_shelf")
    with shelf.copy(tmp_path) as url:
        yield url


@pytest.fixture
def backbone(database_url: str, tmp_path: Path) -> Iterator[Backbone]:
    """The service's verbs, on each kind of database."""
    opened = open_backbone(settings_for(database_url, tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def app(backbone: Backbone) -> Flask:
    """The web application, on each kind of database."""
    return create_app(backbone)


@pytest.fixture
def api(app: Flask) -> Api:
    """A client of the first admin, who owns ``main``."""
    return Api.bootstrapped(app)


@pytest.fixture(scope="session")
def document(sqlite_shelf: SqliteShelf, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The OpenAPI document."""
    directory = tmp_path_factory.mktemp("document")
    with sqlite_shelf.copy(directory) as url:
        opened = open_backbone(settings_for(url, directory))
        said = Document.of(create_app(opened))
        opened.close()
    return said

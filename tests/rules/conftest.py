"""The application: made once, asked by many rules."""

from collections.abc import Iterator

import pytest
from flask import Flask

from service.app import create_app
from service.backbone import open_backbone
from tests.databases import SqliteShelf, settings_for


@pytest.fixture(scope="session")
def app(sqlite_shelf: SqliteShelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole application."""
    directory = tmp_path_factory.mktemp("rules")
    with sqlite_shelf.copy(directory) as url:
        backbone = open_backbone(settings_for(url, directory))
        yield create_app(backbone)
        backbone.close()

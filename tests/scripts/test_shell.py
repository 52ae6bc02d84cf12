"""A script tells what is missing before it tries."""

from pathlib import Path

import pytest

from scripts import shell
from service.core.settings import load_settings
from tests.databases import settings_for


def test_without_a_database_it_says_where_it_looked(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path)})
    with pytest.raises(SystemExit, match=f"no database at {tmp_path}"):
        shell.require_schema(settings)
    assert list(tmp_path.glob("*.db")) == []


def test_without_tables_it_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(SystemExit, match=r"scripts\.migrate"):
        shell.require_schema(settings_for(f"sqlite:///{tmp_path}/empty.db", tmp_path))


def test_a_database_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(SystemExit, match="cannot be reached"):
        shell.require_schema(settings_for(url, tmp_path))


def test_with_all_in_place_there_is_nothing_to_say(database_url: str, tmp_path: Path) -> None:
    with shell.backbone_of(settings_for(database_url, tmp_path)) as backbone:
        assert backbone.bootstrap.is_open()

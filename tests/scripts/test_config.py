"""The table of settings, printed and documented."""

from pathlib import Path

import pytest

from scripts import config
from service.core.settings import SETTINGS, load_settings

BIND_ADDRESS_DEFAULT = "0.0.0.0"  # noqa: S104 - compared with
SECRET = "a-secret-of-at-least-32-characters"


def test_the_page_in_the_documentation_is_current() -> None:
    assert Path("docs/settings.md").read_text() == config.markdown() + "\n"


def test_every_setting_is_printed_with_its_source(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path), "PORT": "8123"}
    lines = list(config.table(load_settings(environ), environ))
    assert [line.split()[0] for line in lines] == [row.name for row in SETTINGS]
    assert lines[0].split() == ["PORT", "8123", "environment"]
    assert lines[1].split() == ["BIND_ADDRESS", BIND_ADDRESS_DEFAULT, "default"]


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    environ = {
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": "postgres://user:hidden@host/name",
        "REDIS_URL": "redis://:hidden@host",
    }
    text = "\n".join(config.table(load_settings(environ), environ))
    assert SECRET not in text
    assert "hidden" not in text
    assert "postgresql+psycopg://user:***@host/name" in text


def test_what_is_wrong_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(SystemExit, match="syncline: PORT must be"):
        config.main([])

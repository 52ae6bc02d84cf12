"""What ``dev.py up`` sets and says."""

import shlex
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa

from scripts import up
from service.core.settings import load_settings
from tests.databases import settings_for


def test_a_newcomer_gets_a_private_address_and_a_readable_log() -> None:
    assert up.developer_defaults({}, watched=True) == {
        "BIND_ADDRESS": "127.0.0.1",
        "LOG_FORMAT": "console",
    }


def test_what_is_set_stays_as_it_is() -> None:
    environ = {"BIND_ADDRESS": "::", "LOG_FORMAT": "json"}
    assert up.developer_defaults(environ, watched=True) == {}


def test_a_port_in_use_is_reported_with_what_to_set(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = load_settings({"DATA_DIR": str(tmp_path), "PORT": port})
        with pytest.raises(SystemExit, match=f"Port {port} is in use: set PORT"):
            up.require_free_port(settings)


def test_the_first_visit_gets_a_line_that_a_shell_understands() -> None:
    text = up.welcome("http://127.0.0.1:8000", "the-token")
    words = shlex.split(text[text.index("curl") :].replace("\\\n", " "))
    assert words[:4] == ["curl", "-X", "POST", "http://127.0.0.1:8000/v1/bootstrap"]
    assert words[5] == "Authorization: Bearer the-token"
    assert words[-1] == '{"email": "you@example.org"}'


def test_the_token_is_shown_while_nobody_has_come(database_url: str, tmp_path: Path) -> None:
    greeting = up.Greeting(settings_for(database_url, tmp_path), "the-token")
    assert "the-token" in greeting.text()
    insert_user(database_url)
    assert "the-token" not in greeting.text()


def insert_user(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO users (id, email, role, created_at, updated_at) "
                "VALUES ('usr_1', 'a@example.org', 'admin', 'now', 'now')"
            )
        )

"""What ``dev.py up`` sets and says."""

import shlex
import socket
from pathlib import Path

import pytest

from scripts import up
from scripts.shell import backbone_of
from scripts.visitor import visitor
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
    settings = settings_for(database_url, tmp_path)
    greeting = up.Greeting(settings, "the-token")
    with visitor(settings), backbone_of(settings) as backbone:
        assert "the-token" in greeting.text()
        backbone.bootstrap.by_shell("ada@example.org", None)
        assert "the-token" not in greeting.text()


def test_an_address_of_nobody_is_reported_with_what_to_set(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path), "BIND_ADDRESS": "192.0.2.1"}
    with pytest.raises(SystemExit, match="Set BIND_ADDRESS"):
        up.require_free_port(load_settings(environ))


def test_one_service_at_a_time_has_a_directory(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path)})
    with up.require_only_one(settings), pytest.raises(SystemExit, match="set another DATA_DIR"):
        up.require_only_one(settings)
    up.require_only_one(settings).close()

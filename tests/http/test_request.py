"""Each request: an id, the headers that every answer has, one line in the log without secrets."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from service.core import log
from service.http.request import redacted
from tests.http.things import EPOCH, SEQ, client_of


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path)


@pytest.fixture
def info() -> Iterator[None]:
    access = logging.getLogger("access")
    access.setLevel(logging.INFO)
    yield
    access.setLevel(logging.NOTSET)


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_a_request_id_is_echoed(client: FlaskClient) -> None:
    answer = client.get("/v1/things", headers={"Request-Id": "order-7:try.2"})
    assert answer.headers["Request-Id"] == "order-7:try.2"


@pytest.mark.parametrize("given", ["", "x" * 129, "two words", 'quote"', "ümlaut"])
def test_one_that_does_not_fit_is_replaced(client: FlaskClient, given: str) -> None:
    made = client.get("/v1/things", headers={"Request-Id": given}).headers["Request-Id"]
    assert made != given
    assert len(made) == 24


def test_every_answer_has_the_same_manners(client: FlaskClient) -> None:
    for path in ("/v1/things", "/nowhere", "/v1/things/broken", "/v1/things/stream"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Vary"] == "Accept-Encoding"
        assert "no-store" in headers["Cache-Control"]
        assert headers["Request-Id"]
        assert "Strict-Transport-Security" not in headers


def test_behind_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    client = client_of(tmp_path, PUBLIC_URL="https://sync.example.org")
    assert client.get("/v1/things").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_has_a_tag_may_be_kept_and_revalidated(client: FlaskClient) -> None:
    assert client.get("/v1/things/a").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/v1/things").headers["Cache-Control"] == "private, no-store"


@pytest.mark.usefixtures("info")
def test_a_request_is_one_line(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    client.get("/v1/things?limit=3", headers={"Request-Id": "r1", "Authorization": "Bearer x.y"})
    (line,) = lines(capfd)
    assert line.pop("at").endswith("Z")
    assert line.pop("ms") >= 0
    assert line == {
        "level": "info",
        "logger": "access",
        "request_id": "r1",
        "method": "GET",
        "path": "/v1/things",
        "query": "limit=3",
        "status": 200,
        "bytes": 21,
        "remote": "127.0.0.1",
    }


@pytest.mark.usefixtures("info")
def test_a_304_and_an_error_are_lines_too(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    client.get("/v1/things/a", headers={"If-None-Match": f'"{EPOCH}.{SEQ}"'})
    client.get("/nowhere/%ff")
    told = [(line["status"], line["path"]) for line in lines(capfd)]
    assert told == [(304, "/v1/things/a"), (404, "/nowhere/\ufffd")]


@pytest.mark.usefixtures("info")
def test_a_stream_is_logged_when_it_ended(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/v1/things/stream", buffered=False)
    assert lines(capfd) == []
    assert answer.data == b"one two"
    answer.close()
    assert [(line["status"], line["bytes"]) for line in lines(capfd)] == [(200, 7)]


@pytest.mark.usefixtures("info")
def test_what_is_bound_meanwhile_stands_in_the_line(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    client.application.before_request(lambda: log.bind(key_id="key_1"))
    client.get("/v1/things")
    assert lines(capfd)[0]["key_id"] == "key_1"


@pytest.mark.usefixtures("info")
def test_health_checks_are_quiet(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    client.get("/healthz")
    assert lines(capfd) == []


def test_above_info_there_are_no_lines(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    client.get("/v1/things")
    assert lines(capfd) == []


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("a=1&b=2", "a=1&b=2"),
        ("cf_connect=%7B%7D&a=1", "cf_connect=***&a=1"),
        ("ticket=t&ticket=u", "ticket=***&ticket=***"),
        ("%73ig=abc", "%73ig=***"),
        ("signal=1&sig", "signal=1&sig"),
        ("x" * 600, "x" * 512),
    ],
)
def test_secrets_in_the_query_are_not_logged(query: str, logged: str) -> None:
    assert redacted(query) == logged


def test_trusted_proxies_tell_the_address_and_the_scheme(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], info: None
) -> None:
    forwarded = {"X-Forwarded-For": "9.9.9.9, 8.8.8.8", "X-Forwarded-Proto": "https"}
    trusting = client_of(tmp_path, TRUSTED_PROXY_HOPS="1").get("/nowhere", headers=forwarded)
    wary = client_of(tmp_path, TRUSTED_PROXY_HOPS="0").get("/nowhere", headers=forwarded)
    assert trusting.get_json()["type"].startswith("https://")
    assert wary.get_json()["type"].startswith("http://")
    assert [line["remote"] for line in lines(capfd)] == ["8.8.8.8", "127.0.0.1"]

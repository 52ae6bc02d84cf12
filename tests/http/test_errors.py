"""Every failure is a problem, wherever it comes from, with the headers that HTTP wants with it."""

from pathlib import Path

import pytest
from flask import Response, abort
from flask.testing import FlaskClient
from werkzeug import exceptions
from werkzeug.exceptions import (
    RequestHeaderFieldsTooLarge,
    RequestURITooLarge,
    TooManyRequests,
    Unauthorized,
)

from service.core import errors
from service.core.errors import FieldError, ServiceError
from service.http.errors import CHALLENGE, STATUS, status_of
from tests.http.things import THING, Nothing, client_of, things_app

ORIGIN = "https://sync.example.org"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path, PUBLIC_URL=ORIGIN)


def client_that_raises(directory: Path, error: Exception) -> FlaskClient:
    app, _ = things_app(directory)

    def fail() -> Response:
        raise error

    app.add_url_rule("/fail", view_func=fail)
    return app.test_client()


def test_an_error_has_its_own_code_and_the_status_of_its_family(client: FlaskClient) -> None:
    answer = client.get("/v1/things/zzz", headers={"Request-Id": "r-1"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {
        "type": f"{ORIGIN}/docs/errors/no_thing",
        "title": "No thing",
        "status": 404,
        "detail": "There is no such thing. Look for another.",
        "code": "no_thing",
        "request_id": "r-1",
        "thing": "zzz",
    }


def test_without_a_public_url_the_type_is_on_the_host_that_was_asked(tmp_path: Path) -> None:
    answer = client_of(tmp_path).get("/nowhere", base_url="http://here.test:81")
    assert answer.get_json()["type"] == "http://here.test:81/docs/errors/not_found"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/things/not%00an%20id", 404, "not_found"),
        ("GET", "/v1/things/" + "x" * 65, 404, "not_found"),
        ("DELETE", "/v1/things/a", 405, "method_not_allowed"),
        ("BREW", "/v1/things", 405, "method_not_allowed"),
        ("GET", "/v1/things/broken", 500, "internal"),
    ],
)
def test_the_framework_speaks_the_same_language(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"


def test_a_405_lists_the_methods(client: FlaskClient) -> None:
    allow = client.delete("/v1/things/a").headers["Allow"]
    assert set(allow.split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}


def test_options_lists_the_methods_of_all_routes_of_a_path(client: FlaskClient) -> None:
    answer = client.options("/v1/things/a")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}


def test_head_fails_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/v1/things/zzz")
    assert (answer.status_code, answer.data) == (404, b"")
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RequestURITooLarge(), 414, "uri_too_long"),
        (RequestHeaderFieldsTooLarge(), 431, "headers_too_large"),
        (exceptions.NotImplemented(), 501, "internal"),
        (errors.StorageFull(), 507, "storage_full"),
    ],
)
def test_rare_statuses_are_kept(tmp_path: Path, error: Exception, status: int, code: str) -> None:
    answer = client_that_raises(tmp_path, error).get("/fail")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["status"] == status


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (errors.Unavailable(retry_after_seconds=7), "Retry-After", "7"),
        (errors.Unavailable(), "Retry-After", "1"),
        (TooManyRequests(retry_after=9), "Retry-After", "9"),
        (errors.Unauthenticated(), "WWW-Authenticate", CHALLENGE),
        (Unauthorized(), "WWW-Authenticate", CHALLENGE),
    ],
)
def test_headers_that_belong_to_a_status_are_there(
    tmp_path: Path, error: Exception, name: str, value: str
) -> None:
    assert client_that_raises(tmp_path, error).get("/fail").headers[name] == value


def test_what_nobody_foresaw_is_logged_and_not_told(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/v1/things/broken")
    assert "ZeroDivisionError" not in answer.text
    assert "message" not in answer.text
    assert caplog.records[-1].exc_info


def test_members_and_places_are_told(tmp_path: Path) -> None:
    place = FieldError("Too long.", pointer="#/name", code="length")
    error = errors.Invalid("No.", errors=[place], limits={"name": 40})
    problem = client_that_raises(tmp_path, error).get("/fail").get_json()
    assert problem["errors"] == [{"detail": "Too long.", "pointer": "#/name", "code": "length"}]
    assert problem["limits"] == {"name": 40}


def test_a_failed_precondition_shows_the_present_state(client: FlaskClient) -> None:
    answer = client.patch("/v1/things/a", json={}, headers={"If-Match": '"old.1"'})
    assert (answer.status_code, answer.get_json()["current"]) == (412, THING)


def test_every_error_has_a_status() -> None:
    assert {status_of(error) for error in errors.catalogue()} <= set(STATUS.values())
    assert status_of(Nothing) == 404
    assert status_of(ServiceError) == 500


def test_abort_works_too(tmp_path: Path) -> None:
    app, _ = things_app(tmp_path)
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    assert app.test_client().get("/teapot").get_json()["status"] == 418

"""Whatever comes over the wire, the answer is HTTP, and every error is a problem with a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import httpx
import orjson
import pytest

from tests.contract.live import PRODUCT, Live, live
from tests.databases import SqliteShelf

HOST = b"Host: test\r\n"
LAST = HOST + b"Connection: close\r\n\r\n"
PUSH = b"POST /v1/spaces/main/changes HTTP/1.1\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LIMITS = {"PUSH_BYTES_MAX": "65536", "JSON_BODY_BYTES_MAX": "65536"}


def get(path: bytes, *fields: bytes, method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.1\r\n" % (method, path) + b"".join(fields) + LAST


MALFORMED = 400, "malformed"
TOO_LONG = 414, "uri_too_long"
TOO_LARGE = 431, "headers_too_large"
NOT_FOUND = 404, "not_found"
NO_METHOD = 405, "method_not_allowed"
META = b"/v1/meta"
REFUSED = {
    "nonsense": (b"nonsense\r\n\r\n", *MALFORMED),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", *MALFORMED),
    "a small method": (get(META, method=b"get"), *MALFORMED),
    "another version": (b"GET /v1/meta HTTP/3.0\r\n" + LAST, *MALFORMED),
    "no host": (b"GET /v1/meta HTTP/1.1\r\n\r\n", *MALFORMED),
    "two hosts": (get(META, HOST), *MALFORMED),
    "a space before the colon": (get(META, b"X : y\r\n"), *MALFORMED),
    "a folded field": (get(META, b"X: y\r\n z\r\n"), *MALFORMED),
    "U+0000 in a field": (get(META, b"X: y\0z\r\n"), *MALFORMED),
    "a length beside chunks": (PUSH + CHUNKED + b"Content-Length: 2\r\n" + LAST, *MALFORMED),
    "two lengths": (PUSH + b"Content-Length: 2\r\nContent-Length: 3\r\n" + LAST, *MALFORMED),
    "a negative length": (PUSH + b"Content-Length: -2\r\n" + LAST, *MALFORMED),
    "a long address": (get(b"/" + b"x" * 9000), *TOO_LONG),
    "a large field": (get(META, b"X: " + b"y" * 40_000 + b"\r\n"), *TOO_LARGE),
    "many fields": (get(META, b"X: y\r\n" * 101), *TOO_LARGE),
    "no such path": (get(b"/v1/nothing"), *NOT_FOUND),
    "U+0000 in a path": (get(b"/v1/spaces/a%00b"), *NOT_FOUND),
    "a path that climbs": (get(b"/v1/../etc/passwd"), *NOT_FOUND),
    "a path that is no text": (get(b"/%ff%fe"), *NOT_FOUND),
    "no path": (get(b"*", method=b"OPTIONS"), *NOT_FOUND),
    "TRACE": (get(META, method=b"TRACE"), *NO_METHOD),
    "a method of nobody": (get(META, method=b"BREW"), *NO_METHOD),
}


@dataclass
class Answer:
    """What came back over a socket."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        said: dict[str, Any] = orjson.loads(self.body)
        assert said["status"] == self.status
        assert said["request_id"] == self.headers["request-id"]
        return said


@pytest.fixture(scope="module")
def running(sqlite_shelf: SqliteShelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    directory = tmp_path_factory.mktemp("refusals")
    with sqlite_shelf.copy(directory) as url, live(url, directory, PRODUCT, **LIMITS) as it:
        yield it


def send(running: Live, request: bytes) -> Answer:
    """One request on a connection of its own, however it is spelled."""
    with running.server.connect() as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def authorised(running: Live) -> bytes:
    return f"Authorization: Bearer {running.people.ada.key}\r\n".encode()


@pytest.mark.parametrize(("request_bytes", "status", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_served_is_a_problem(
    running: Live, request_bytes: bytes, status: int, code: str
) -> None:
    answer = send(running, request_bytes)
    assert (answer.status, answer.problem["code"]) == (status, code)


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}XX0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n", b"\r\n\r\n"],
    ids=["no size", "another size", "a negative size", "nothing"],
)
def test_chunks_that_are_none_are_a_problem(running: Live, chunks: bytes) -> None:
    answer = send(running, PUSH + authorised(running) + CHUNKED + LAST + chunks)
    assert (answer.status, answer.problem["code"]) == (400, "malformed")


def test_a_body_that_grows_too_large_is_refused_while_it_comes(running: Live) -> None:
    chunk = b"1000\r\n" + b" " * 0x1000 + b"\r\n"
    answer = send(running, PUSH + authorised(running) + CHUNKED + LAST + 40 * chunk)
    assert (answer.status, answer.problem["code"]) == (413, "too_large")


def test_a_body_that_is_announced_as_too_large_is_refused_before_it_comes(running: Live) -> None:
    announced = b"Content-Length: 99999999\r\nExpect: 100-continue\r\n"
    answer = send(running, PUSH + authorised(running) + announced + LAST)
    assert (answer.status, answer.problem["code"]) == (413, "too_large")
    assert answer.problem["limits"] == {"body_bytes_max": 65536}


def test_a_method_that_is_not_there_is_told_which_are(running: Live) -> None:
    answer = send(running, b"DELETE /v1/spaces HTTP/1.1\r\n" + LAST)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_who_asks_for_no_json_gets_json(running: Live) -> None:
    """There is one representation; RFC 9110 (12.5.1) lets a server send it all the same."""
    answer = httpx.get(f"{running.url}/v1/meta", headers={"Accept": "image/png"})
    assert answer.headers["Content-Type"] == "application/json"


def test_the_page_of_a_problem_is_where_its_type_says(running: Live) -> None:
    problem = httpx.get(f"{running.url}/v1/spaces").json()
    page = httpx.get(problem["type"])
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert problem["title"] in page.text


def test_an_error_of_head_has_no_body(running: Live) -> None:
    answer = httpx.head(f"{running.url}/v1/nothing")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["Request-Id"]


def test_a_request_id_comes_back_and_a_bad_one_does_not(running: Live) -> None:
    given = httpx.get(f"{running.url}/v1/nothing", headers={"Request-Id": "mine-1"})
    assert given.json()["request_id"] == given.headers["Request-Id"] == "mine-1"
    odd = httpx.get(f"{running.url}/v1/nothing", headers={"Request-Id": "two words"})
    assert odd.headers["Request-Id"] != "two words"

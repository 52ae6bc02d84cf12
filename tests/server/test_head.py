"""Heads of requests, and what is refused because two servers could read it in two ways."""

from http import HTTPStatus
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.server.head import (
    Refused,
    ends_connection,
    header_fields,
    request_line,
    split_target,
)

HOST = b"Host: test\r\n"


def fields_of(lines: bytes, version: str = "HTTP/1.1") -> dict[str, str]:
    return header_fields(BytesIO(HOST + lines + b"\r\n"), version)


def test_a_request_line_has_three_parts() -> None:
    assert request_line(b"GET /a?b HTTP/1.1\r\n") == ("GET", "/a?b", "HTTP/1.1")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET /\r\n",
        b"get / HTTP/1.1\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\n",
        b"GET / HTTP/1.1 \r\n",
        b"GET / HTTP/0.9\r\n",
        b"GET /\x00a\r HTTP/1.1\r\n",
        b"GET /?\x9b HTTP/1.1\r\n",
    ],
)
def test_any_other_request_line_is_refused(line: bytes) -> None:
    with pytest.raises(Refused):
        request_line(line)


def test_fields_have_the_names_of_wsgi() -> None:
    fields = fields_of(b"Content-Type: a/b\r\nX-Thing:  some \xe9 thing \r\nEmpty:\r\n")
    assert fields == {
        "HTTP_HOST": "test",
        "CONTENT_TYPE": "a/b",
        "HTTP_X_THING": "some \xe9 thing",
        "HTTP_EMPTY": "",
    }


def test_a_repeated_field_is_a_list_and_a_repeated_cookie_is_cookies() -> None:
    fields = fields_of(b"A: 1\r\na: 2\r\nCookie: b=1\r\nCookie: c=2\r\n")
    assert (fields["HTTP_A"], fields["HTTP_COOKIE"]) == ("1,2", "b=1; c=2")


def test_a_name_with_an_underscore_cannot_pass_for_another() -> None:
    assert "HTTP_X_FORWARDED_FOR" not in fields_of(b"X_Forwarded_For: 1.2.3.4\r\n")


@pytest.mark.parametrize(
    "lines",
    [
        b"Host: other\r\n",
        b"Content-Length: 3\r\nContent-Length: 3\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 3, 3\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding:\r\n",
        b"A : b\r\n",
        b"A: b\r\n folded\r\n",
        b"A: b\n",
        b"A: b\rB: c\r\n",
        b"A: \x00\r\n",
        b"no colon\r\n",
    ],
)
def test_an_ambiguous_head_is_refused(lines: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        fields_of(lines)
    assert refusal.value.status is HTTPStatus.BAD_REQUEST


def test_http_1_0_needs_no_host_and_knows_no_chunks() -> None:
    assert header_fields(BytesIO(b"\r\n"), "HTTP/1.0") == {}
    with pytest.raises(Refused):
        fields_of(b"Transfer-Encoding: chunked\r\n", "HTTP/1.0")


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("/", (None, "/", "")),
        ("/a%20b?c=d?e", (None, "/a%20b", "c=d?e")),
        ("//a", (None, "//a", "")),
        ("*", (None, "*", "")),
        ("HTTP://host:1/a?b", ("host:1", "/a", "b")),
        ("http://host", ("host", "/", "")),
        ("http://host?b", ("host", "/", "b")),
    ],
)
def test_a_target_is_host_path_and_query(target: str, parts: tuple[str | None, str, str]) -> None:
    assert split_target(target) == parts


@pytest.mark.parametrize("target", ["a", "host:80", "ftp://host/", "**"])
def test_any_other_target_is_refused(target: str) -> None:
    with pytest.raises(Refused):
        split_target(target)


@pytest.mark.parametrize(
    ("version", "wish", "ends"),
    [
        ("HTTP/1.1", None, False),
        ("HTTP/1.1", "close", True),
        ("HTTP/1.1", "keep-alive, Close", True),
        ("HTTP/1.0", None, True),
        ("HTTP/1.0", "Keep-Alive", False),
    ],
)
def test_the_client_says_whether_the_connection_stays(
    version: str, wish: str | None, ends: bool
) -> None:
    fields = {} if wish is None else {"HTTP_CONNECTION": wish}
    assert ends_connection(fields, version) is ends


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_fields_or_refusal(lines: bytes) -> None:
    try:
        fields = fields_of(lines)
    except Refused:
        return
    assert all("\r" not in value and "\n" not in value for value in fields.values())


@pytest.mark.parametrize("host", [b"a b", b"", b"x@y", b"h:999999", b"h:80:80", b"[::1", b"\xff"])
def test_a_host_that_is_none_is_refused(host: bytes) -> None:
    with pytest.raises(Refused):
        header_fields(BytesIO(b"Host: " + host + b"\r\n\r\n"), "HTTP/1.1")


@pytest.mark.parametrize("host", [b"a.example", b"a_b:80", b"[::1]:8000", b"127.0.0.1", b"a:"])
def test_a_host_is_a_name_or_an_address_and_a_port(host: bytes) -> None:
    fields = header_fields(BytesIO(b"Host: " + host + b"\r\n\r\n"), "HTTP/1.1")
    assert fields["HTTP_HOST"] == host.decode()

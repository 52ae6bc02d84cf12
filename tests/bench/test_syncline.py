from http.client import HTTPMessage

import pytest

from bench.client import Client
from bench.syncline import next_path


def headers(link: str) -> HTTPMessage:
    message = HTTPMessage()
    message["Link"] = link
    return message


@pytest.mark.parametrize(
    "link",
    [
        '</v1/records?cursor=x>; rel="next"',
        "<https://example.org/v1/records?cursor=x>; rel=next",
        '</v1/records>; rel="first", </v1/records?cursor=x>; rel="next"',
    ],
)
def test_the_next_page_is_where_the_link_says(link: str) -> None:
    assert next_path(headers(link)) == "/v1/records?cursor=x"


def test_the_last_page_has_no_next() -> None:
    assert next_path(headers('</v1/records>; rel="first"')) is None


def test_a_prepared_request_is_what_http_wants() -> None:
    client = Client(("127.0.0.1", 1), {"Authorization": "Bearer k"})
    assert client.request("POST", "/x", {"a": 1}).split(b"\r\n") == [
        b"POST /x HTTP/1.1",
        b"Host: bench",
        b"Authorization: Bearer k",
        b"Content-Type: application/json",
        b"Content-Length: 7",
        b"",
        b'{"a":1}',
    ]

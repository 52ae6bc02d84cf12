"""Bodies: within limits, in a media type and a coding that we know."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.http.things import UPLOAD_BYTES_MAX, client_of

ECHO, UPLOAD = "/v1/things/echo", "/v1/things/uploads"
GZIP = {"Content-Encoding": "gzip"}
BODY_BYTES_MAX = 2048


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path, JSON_BODY_BYTES_MAX=str(BODY_BYTES_MAX))


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_json_is_read(client: FlaskClient, media_type: str) -> None:
    answer = client.post(ECHO, data=b'{"a": 1}', content_type=media_type)
    assert answer.get_json() == {"a": 1}


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=latin-1",
        "application/merge-patch+json",
        "json",
    ],
)
def test_another_media_type_is_not(client: FlaskClient, media_type: str) -> None:
    answer = client.post(ECHO, data=b"{}", content_type=media_type)
    assert (answer.status_code, answer.get_json()["supported"]) == (415, ["application/json"])


@pytest.mark.parametrize("media_type", ["application/merge-patch+json", "application/json"])
def test_a_patch_is_a_merge_patch_by_either_name(client: FlaskClient, media_type: str) -> None:
    answer = client.patch(
        "/v1/things/a", data=b'{"name":null}', content_type=media_type, headers={"If-Match": "*"}
    )
    assert answer.get_json() == {"name": None}


def test_malformed_json_is_a_400_that_names_the_place(client: FlaskClient) -> None:
    answer = client.post(ECHO, data=b'{"a":1,}', content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_json")
    assert "column 7" in answer.get_json()["detail"]


def test_no_body_is_malformed(client: FlaskClient) -> None:
    answer = client.post(ECHO, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_json")


def test_a_body_of_the_limit_is_read(client: FlaskClient) -> None:
    body = b'"' + b"x" * (BODY_BYTES_MAX - 2) + b'"'
    assert client.post(ECHO, data=body, content_type="application/json").status_code == 200


def test_a_larger_one_is_refused_by_its_length(client: FlaskClient) -> None:
    answer = client.post(
        ECHO,
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": str(BODY_BYTES_MAX + 1), "wsgi.input": _Unread()},
    )
    assert answer.status_code == 413
    assert answer.get_json()["limits"] == {"body_bytes_max": BODY_BYTES_MAX}


def test_one_that_does_not_say_its_length_is_counted_as_it_comes(client: FlaskClient) -> None:
    answer = client.post(
        ECHO,
        content_type="application/json",
        environ_overrides={
            "CONTENT_LENGTH": "",
            "wsgi.input": _Endless(),
            "wsgi.input_terminated": True,
        },
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_gzip_is_read(client: FlaskClient) -> None:
    body = gzip.compress(b'{"a":[1,2]}')
    answer = client.post(ECHO, data=body, content_type="application/json", headers=GZIP)
    assert answer.get_json() == {"a": [1, 2]}


def test_a_bomb_is_refused_before_it_is_inflated(client: FlaskClient) -> None:
    body = gzip.compress(b" " * 2_000_000, 9)
    assert len(body) < BODY_BYTES_MAX
    answer = client.post(ECHO, data=body, content_type="application/json", headers=GZIP)
    assert answer.status_code == 413
    assert answer.get_json()["limits"] == {"body_bytes_max": BODY_BYTES_MAX}


@pytest.mark.parametrize(
    "body", [b"", b"{}", gzip.compress(b"{}")[:-1], gzip.compress(b"{}") + b"x", b"\x1f\x8b\x08"]
)
def test_what_is_not_one_whole_gzip_member_is_malformed(client: FlaskClient, body: bytes) -> None:
    answer = client.post(ECHO, data=body, content_type="application/json", headers=GZIP)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_gzip")


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_another_coding_is_refused(client: FlaskClient, coding: str) -> None:
    answer = client.post(
        ECHO, data=b"{}", content_type="application/json", headers={"Content-Encoding": coding}
    )
    assert (answer.status_code, answer.get_json()["supported"]) == (415, ["gzip"])


def test_a_stream_has_a_limit_of_its_own(client: FlaskClient) -> None:
    small = client.post(UPLOAD, data=b"x" * UPLOAD_BYTES_MAX, content_type="text/csv")
    large = client.post(UPLOAD, data=b"x" * (UPLOAD_BYTES_MAX + 1), content_type="text/csv")
    assert (small.text, large.status_code) == (str(UPLOAD_BYTES_MAX), 413)


def test_a_compressed_stream_counts_inflated(client: FlaskClient) -> None:
    small, large = (gzip.compress(b"x" * size) for size in (150_000, UPLOAD_BYTES_MAX + 1))
    assert client.post(UPLOAD, data=small, headers=GZIP).text == "150000"
    assert client.post(UPLOAD, data=large, headers=GZIP).status_code == 413


class _Unread:
    """A client whose body nobody may touch."""

    def read(self, _size: int = -1) -> bytes:
        raise AssertionError("the body was read")


class _Endless:
    """A client that never stops sending."""

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "read without a bound"
        return b" " * size

    def readinto(self, buffer: bytearray) -> int:
        return len(buffer)

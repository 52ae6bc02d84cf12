import gzip
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from service.http.compression import BYTES_MIN
from tests.http.things import things_app

LONG = b'"' + b"a" * 100_000 + b'"'


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return things_app(tmp_path)[0]


def answered(app: Flask, body: Response, accepted: str = "gzip, br") -> TestResponse:
    app.add_url_rule("/it", view_func=lambda: body)
    return app.test_client().get("/it", headers={"Accept-Encoding": accepted})


def response(body: bytes, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, {"Content-Type": "application/json", **named})


@pytest.mark.parametrize("size", [BYTES_MIN, 100_000])
def test_long_text_is_compressed(app: Flask, size: int) -> None:
    answer = answered(app, response(b"a" * size))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(answer.data) < size
    assert gzip.decompress(answer.data) == b"a" * size


def test_its_tag_says_so(app: Flask) -> None:
    assert answered(app, response(LONG, ETag='"e.1.pab"')).headers["ETag"] == '"e.1.pab.gz"'


def test_errors_are_text_too(app: Flask) -> None:
    answer = answered(app, response(LONG, 422, Content_Type="application/problem+json"))
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "br, gzip; q=0.0"])
def test_not_for_who_does_not_want_it(app: Flask, accepted: str) -> None:
    answer = answered(app, response(LONG, ETag='"e.1"'), accepted)
    assert "Content-Encoding" not in answer.headers
    assert (answer.data, answer.headers["ETag"]) == (LONG, '"e.1"')


@pytest.mark.parametrize(
    "body",
    [
        response(b"a" * (BYTES_MIN - 1)),
        response(LONG, Content_Type="image/png"),
        response(LONG, Content_Encoding="zstd"),
        response(LONG, 206, Content_Range="bytes 0-100001/200000"),
    ],
)
def test_not_where_it_does_not_pay(app: Flask, body: Response) -> None:
    assert answered(app, body).headers.get("Content-Encoding") != "gzip"


def test_not_for_streams(app: Flask) -> None:
    stream = Response(iter([LONG, LONG]), content_type="application/json")
    answer = answered(app, stream)
    assert ("Content-Encoding" in answer.headers, answer.data) == (False, LONG + LONG)

"""The server as clients meet it: over a socket, good clients and bad ones."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from scripts.servers_process import wait_until
from scripts.servers_redis import free_port
from tests.server.gunicorn_process import Gunicorn, gunicorn, rest_of

LAST = b"Host: test\r\nConnection: close\r\n\r\n"
KEPT = b"Host: test\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    with gunicorn(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    with gunicorn(tmp_path_factory.mktemp("data")) as running:
        yield running


def post(path: str, body: bytes, *fields: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: test", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class TestGoodClients:
    def test_get_an_answer_without_the_name_of_the_server(self, server: Gunicorn) -> None:
        head, body = server.answer(b"GET / HTTP/1.1\r\n" + LAST).split(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert b"\r\nServer:" not in head
        assert body == b"hello"

    def test_may_send_several_requests_on_one_connection(self, server: Gunicorn) -> None:
        received = server.answer(2 * (b"GET / HTTP/1.1\r\n" + KEPT) + b"GET / HTTP/1.1\r\n" + LAST)
        assert received.count(b"HTTP/1.1 200 OK") == 3
        assert received.count(b"Connection: close") == 1

    def test_are_told_when_the_connection_ends(self, server: Gunicorn) -> None:
        assert b"Connection: close" in server.answer(b"GET / HTTP/1.1\r\n" + LAST)

    def test_may_send_a_body_in_chunks(self, server: Gunicorn) -> None:
        chunks = b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        request = post("/echo", chunks, "Transfer-Encoding: chunked", "Connection: close")
        assert server.answer(request).endswith(b"\r\n\r\nabcdefg")

    def test_may_wait_for_the_word_before_they_send(self, server: Gunicorn) -> None:
        fields = ("Content-Length: 3", "Expect: 100-continue", "Connection: close")
        with server.connect() as connection:
            connection.sendall(post("/echo", b"", *fields))
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"abc")
            assert rest_of(connection).endswith(b"abc")

    def test_may_name_the_whole_address(self, server: Gunicorn) -> None:
        answer = server.answer(b"GET http://other/show?a=b HTTP/1.1\r\n" + LAST)
        environ = json.loads(answer.split(b"\r\n\r\n")[1])
        assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/show", "a=b")
        assert environ["HTTP_HOST"] == "other"

    def test_read_the_answer_although_their_body_was_not_read(self, server: Gunicorn) -> None:
        request = post("/", bytes(2**20), f"Content-Length: {2**20}")
        answer = server.answer(request)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"Connection: close" in answer

    def test_keep_the_connection_when_little_was_left_unread(self, server: Gunicorn) -> None:
        unread = post("/", bytes(1000), "Content-Length: 1000")
        assert server.answer(unread + b"GET / HTTP/1.1\r\n" + LAST).count(b"200 OK") == 2


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + LAST, 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\n" + LAST, 400),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + LAST, 414),
        (b"GET / HTTP/1.1\r\n" + b"X-A: y\r\n" * 101 + LAST, 431),
        (b"GET / HTTP/1.1\r\nX-A: " + b"y" * 40_000 + b"\r\n" + LAST, 431),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + LAST, 400),
    ],
)
def test_what_is_not_http_is_answered_by_the_application(
    server: Gunicorn, request_bytes: bytes, status: int
) -> None:
    answer = server.answer(request_bytes)
    assert answer.startswith(b"HTTP/1.1 %d Refused" % status)
    assert b"Connection: close" in answer


class TestSlowClients:
    def test_have_limited_time_for_the_head(self, server: Gunicorn) -> None:
        assert server.status(b"GET / HTTP/1.1\r\nHost: x") == 408

    def test_have_limited_time_for_the_body(self, server: Gunicorn) -> None:
        assert server.status(post("/echo", b"ab", "Content-Length: 3")) == 408

    def test_have_limited_time_to_take_the_answer(self, server: Gunicorn) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\n" + LAST)
            time.sleep(2)
            assert len(rest_of(connection)) < 64 * 2**20

    def test_do_not_hold_up_the_others(self, server: Gunicorn) -> None:
        with server.connect() as slow:
            slow.sendall(b"GET / HT")
            assert server.status(b"GET / HTTP/1.1\r\n" + LAST) == 200

    def test_that_break_off_get_no_more_than_an_error(self, server: Gunicorn) -> None:
        with server.connect() as connection:
            connection.sendall(post("/echo", b"ab", "Content-Length: 3"))
            connection.shutdown(1)
            assert b" 400 " in rest_of(connection)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
class TestDraining:
    def test_ends_at_once_when_nothing_is_in_flight(
        self, own_server: Gunicorn, number: signal.Signals
    ) -> None:
        with own_server.connect() as resting:
            resting.sendall(b"GET / HTTP/1.1\r\n" + KEPT)
            resting.recv(1000)
            assert own_server.stop(number) < 5
        assert own_server.process.returncode == 0

    def test_finishes_what_is_in_flight(self, own_server: Gunicorn, number: signal.Signals) -> None:
        answers: list[bytes] = []
        slow = b"GET /slow HTTP/1.1\r\n" + KEPT
        client = Thread(target=lambda: answers.append(own_server.answer(slow)))
        client.start()
        wait_until((own_server.data_dir / "in-flight").exists, 20, "no request arrives")
        own_server.stop(number)
        client.join()
        assert answers[0].endswith(b"finished")
        assert b"Connection: close" in answers[0]


def test_a_killed_arbiter_leaves_no_worker(own_server: Gunicorn) -> None:
    own_server.process.kill()
    own_server.process.wait()
    wait_until(lambda: not own_server.listens(), 5, "a worker is left")


def test_a_driver_that_would_block_the_loop_is_not_served_with(tmp_path: Path) -> None:
    start = "import psycopg; from gunicorn.app.wsgiapp import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", start, "tests.server.probe_app:app"],
        env=os.environ | {"DATA_DIR": str(tmp_path), "PORT": str(free_port())},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 3
    assert b"psycopg was imported before gevent patched the process" in done.stderr

from collections.abc import Sequence

import pytest

from bench.answer import Answer, NotHttp

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
COUNTED = HEAD + b"content-length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 17\r\n\r\n'


def ends(pieces: Sequence[bytes]) -> list[bool]:
    """After which of the pieces the answer is taken for complete."""
    answer = Answer()
    return [answer.feed(piece) for piece in pieces]


def bytewise(text: bytes) -> list[bytes]:
    return [text[n : n + 1] for n in range(len(text))]


@pytest.mark.parametrize("text", [COUNTED, CHUNKED, UNCHANGED])
def test_an_answer_ends_with_its_last_byte_however_it_arrives(text: bytes) -> None:
    assert ends([text]) == [True]
    assert ends(bytewise(text)) == [False] * (len(text) - 1) + [True]


@pytest.mark.parametrize("cut", range(1, len(CHUNKED)))
def test_chunks_may_be_cut_anywhere(cut: int) -> None:
    assert ends([CHUNKED[:cut], CHUNKED[cut:]]) == [False, True]


def test_the_status_is_that_of_the_answer() -> None:
    answer = Answer()
    answer.feed(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
    assert answer.status == 503


def test_an_unchanged_answer_has_no_body_whatever_its_length_says() -> None:
    assert ends([UNCHANGED]) == [True]


@pytest.mark.parametrize(
    "text", [b"SSH-2.0-OpenSSH\r\n\r\n", HEAD + b"\r\n", b"HTTP/1.1 200 OK\r\n" * 10_000]
)
def test_what_cannot_be_framed_is_refused(text: bytes) -> None:
    with pytest.raises(NotHttp):
        Answer().feed(text)

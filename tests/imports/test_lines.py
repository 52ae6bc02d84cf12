"""Lines know where they end, whatever ends them and however the bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.lines import LINE_BYTES_MAX, lines

ENCODINGS = ["utf-8", "utf-16-le", "utf-16-be", "shift_jis"]


def texts(data: bytes, encoding: str = "utf-8", size: int = 7, start: int = 0) -> list[str]:
    return [line.text for line in lines(pieces(data, size), start, encoding)]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [2, 4, 1000])
def test_every_usual_end_of_a_line_is_one(encoding: str, size: int) -> None:
    data = "ä one\r\ntwo\nthree\r\rfive".replace("ä", "あ").encode(encoding)

    assert texts(data, encoding, size) == ["あ one\r\n", "two\n", "three\r", "\r", "five"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reading_goes_on_at_the_end_of_any_line(encoding: str) -> None:
    data = "a\nあい\r\n\r\nd,\n".encode(encoding)
    whole = list(lines([data], 0, encoding))

    for n, line in enumerate(whole, 1):
        assert list(lines([data[line.end :]], line.end, encoding)) == whole[n:]


@given(st.text('a,"\r\né😀\u2028', max_size=60), st.sampled_from(ENCODINGS[:3]), st.integers(1, 9))
def test_nothing_is_lost_or_made_up(text: str, encoding: str, size: int) -> None:
    data = text.encode(encoding)
    width = 1 if encoding == "utf-8" else 2
    read = list(lines(pieces(data, size * width), 0, encoding))

    assert "".join(line.text for line in read) == text
    assert [line.end for line in read] == sorted({line.end for line in read})
    assert (read[-1].end if read else 0) == len(data)


def test_a_line_with_bytes_that_are_no_text_says_where() -> None:
    (good, bad, after) = lines([b"good\ncaf\xe9\nafter\n"], 0, "utf-8")

    assert bad.fault is not None
    assert (bad.fault.code, bad.fault.message) == (
        "encoding",
        "Byte 4 of the line is not text in utf-8.",
    )
    assert (good.fault, after.fault) == (None, None)


def test_half_a_character_at_the_end_of_utf_16_is_no_text() -> None:
    (line,) = lines(["ab".encode("utf-16-le") + b"\x00"], 0, "utf-16-le")

    assert line.fault is not None
    assert line.fault.code == "encoding"


def test_a_line_with_a_zero_says_so() -> None:
    (line,) = lines([b"a\0b\n"], 0, "utf-8")

    assert line.fault is not None
    assert line.fault.code == "nul"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_line_that_is_too_long_is_forgotten_but_for_its_end(encoding: str) -> None:
    data = ("x" * (2 * LINE_BYTES_MAX) + "\r\nafter\n").encode(encoding)
    (long, after) = lines(pieces(data, 65_536), 0, encoding)

    assert (long.text, long.fault and long.fault.code) == ("", "line_too_long")
    assert long.end == len(data) - len("after\n".encode(encoding))
    assert (after.text, after.end) == ("after\n", len(data))

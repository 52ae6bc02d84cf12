"""CSV as it is met in the world: read exactly, or refused in words."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports import reader_csv
from service.imports.errors import UnreadableFile
from service.imports.reader_csv import COLUMNS_MAX, ROW_BYTES_MAX, CsvReader
from service.imports.row import Hints, Layout, Place, Row

reader = CsvReader()


def inspect(data: bytes, *, is_whole: bool = True, **hints: Any) -> Layout:
    return reader.inspect(data, Hints(**hints), is_whole=is_whole)


def rows(data: bytes, size: int = 11, **hints: Any) -> list[Row]:
    layout = inspect(data, **hints)
    rest = data[layout.start :]
    pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
    return list(reader.rows(layout, pieces, Place(layout.start, 0)))


def cells(data: bytes, **hints: Any) -> list[list[str]]:
    return [list(row.cells) for row in rows(data, **hints)]


def codes(data: bytes, **hints: Any) -> list[str | None]:
    return [row.fault.code if row.fault else None for row in rows(data, **hints)]


def refusal(data: bytes, **hints: Any) -> str:
    with pytest.raises(UnreadableFile) as refused:
        inspect(data, **hints)
    return refused.value.errors[0].code


def test_cells_are_what_stands_between_the_commas() -> None:
    assert cells(b'a,b\n1,"x, ""y""\nz"\r\n,\n') == [["1", 'x, "y"\nz'], ["", ""]]


def test_rows_are_counted_without_header_and_empty_lines() -> None:
    assert [row.number for row in rows(b"a\n\nx\n\r\ny")] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_the_encoding(encoding: str) -> None:
    data = "é,b\nü,2\n".encode(encoding)

    assert inspect(data).columns == ("é", "b")
    assert cells(data, encoding="windows-1252") == [["ü", "2"]]


def test_another_encoding_has_to_be_said() -> None:
    data = "é\nü\n".encode("windows-1252")

    assert refusal(data) == "encoding"
    assert cells(data, encoding="windows-1252") == [["ü"]]


def test_a_character_cut_at_the_end_of_the_head_is_no_error() -> None:
    assert inspect("a\né".encode()[:-1], is_whole=False).columns == ("a",)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b", ","), ("a;b;c,d", ";"), ("a\tb", "\t"), ("a|b", "|"), ("a", ","), ('"a,b,c";d', ";")],
)
def test_the_delimiter_is_the_one_that_the_header_has_most_of(header: str, delimiter: str) -> None:
    assert inspect(f"{header}\n".encode()).dialect["delimiter"] == delimiter


def test_a_delimiter_that_was_said_is_not_counted() -> None:
    assert inspect(b"a,b;c\n", delimiter=";").columns == ("a,b", "c")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"a,b,a\n", "column_repeated"),
        (b"a,,c\n", "column_unnamed"),
        (b"a, \n", "column_unnamed"),
        (b'a,"b\n1,2\n', "broken_quotes"),
        (b"a\0b\n", "nul"),
        (",".join(f"c{n}" for n in range(COLUMNS_MAX + 1)).encode(), "too_many_columns"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_header_that_does_not_end_in_the_head_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        inspect(b"a,b", is_whole=False)


def test_a_row_with_too_few_or_too_many_cells_is_bad() -> None:
    assert codes(b"a,b\n1\n1,2\n1,2,3\n") == ["cell_count", None, "cell_count"]


def test_bad_bytes_spoil_their_row_alone() -> None:
    data = b'a,b\n"M\xfcller\nKG",2\n3,\0\n4,4\n'

    assert codes(data, encoding="utf-8") == ["encoding", "nul", None]


def test_a_quote_that_is_never_closed_spoils_one_row_and_swallows_none() -> None:
    data = b'a,b\n1,"open\n2,x\n3,y\n'

    assert codes(data) == ["broken_quotes", None, None]
    assert cells(data)[1:] == [["2", "x"], ["3", "y"]]


def test_a_quote_that_closes_in_a_later_row_spoils_one_row_and_swallows_none() -> None:
    data = b'a,b\n1,"open\n2,x\n3,"y"\n4,z\n'

    assert codes(data) == ["broken_quotes", None, None, None]
    assert cells(data)[2] == ["3", "y"]


def test_a_row_that_grows_too_long_is_its_first_line() -> None:
    swallowed = b"x,y\n" * (ROW_BYTES_MAX // 4 + 10)
    found = rows(b'a,b\n1,"open\n' + swallowed, size=65_536)

    assert found[0].fault is not None
    assert found[0].fault.code == "broken_quotes"
    assert len(found) == 1 + len(swallowed) // 4
    assert [row.fault for row in found[1:]] == [None] * (len(found) - 1)


def test_a_line_that_is_too_long_is_one_bad_row() -> None:
    data = b"a,b\n1," + b"x" * (ROW_BYTES_MAX + 1) + b"\n2,y\n"

    assert [row.fault and row.fault.code for row in rows(data, size=65_536)] == [
        "line_too_long",
        None,
    ]


CELL = st.text('ab,"\n\r;é\u2028 ', max_size=6)
TABLE = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12)


def written(table: list[tuple[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([("a", "b"), *table])
    return text.getvalue().encode()


@given(TABLE, st.integers(1, 40))
def test_what_was_written_is_read(table: list[tuple[str, str]], size: int) -> None:
    assert [tuple(row.cells) for row in rows(written(table), size)] == table


@given(TABLE)
def test_reading_goes_on_behind_any_row(table: list[tuple[str, str]]) -> None:
    data = written(table)
    layout, whole = inspect(data), rows(data)

    for n, row in enumerate(whole, 1):
        rest = [data[row.place_after.position :]]
        assert list(reader.rows(layout, rest, row.place_after)) == whole[n:]


@given(st.binary(max_size=80))
def test_no_bytes_at_all_break_the_reader(data: bytes) -> None:
    layout = Layout(("a", "b"), 0, {"encoding": "utf-8", "delimiter": ","})
    found = list(reader.rows(layout, [data], Place(0, 0)))

    assert [row.number for row in found] == list(range(1, len(found) + 1))
    assert all(row.place_after.position <= len(data) for row in found)


def test_a_file_of_nothing_but_empty_lines_has_no_header() -> None:
    assert refusal(b"\n\n\n") == "empty"


def test_quotes_that_are_wrong_all_over_do_not_cost_more_than_the_file_is_long() -> None:
    lines = 30_000
    fed: list[int] = []

    class Counted(list[bytes]):
        def __iter__(self) -> Any:
            yield b'x","\n' * lines

    original = reader_csv._Feed.__next__

    def counting(feed: Any) -> str:
        fed.append(1)
        return original(feed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_csv._Feed, "__next__", counting)
        found = list(reader.rows(inspect(b"a,b\n"), Counted(), Place(4, 0)))

    assert len(found) == lines
    assert {row.fault.code for row in found if row.fault} == {"broken_quotes"}
    assert len(fed) < 1_000_000 + 20 * lines


def test_a_long_row_is_found_behind_broken_ones() -> None:
    data = b"a,b\n" + b'1","\n' * 500 + b"1,2\n" * 2000 + b'1,"' + b"x\n" * 200 + b'"\n'
    assert rows(data)[-1].cells[0] == "1"
    assert rows(data)[-1].fault is None

"""Row errors as a file: the upload's columns, then ours; one line for each row."""

import orjson

from service.jobs.row_errors import StoredError
from service.jobs.row_errors_csv import lines


def stored(row: int, n: int = 0, cells: list[str] | None = None, code: str = "type") -> StoredError:
    return StoredError(
        row, n, "b", code, f"no {code}", orjson.dumps(cells).decode() if cells else None
    )


def test_a_bad_row_is_a_line_that_can_be_mended() -> None:
    assert list(lines(["a", "b"], [stored(4, cells=["x,1", 'say "hi"'])])) == [
        "a,b,row,column,code,message\r\n",
        '"x,1","say ""hi""",4,b,type,no type\r\n',
    ]


def test_all_errors_of_a_row_are_on_its_line() -> None:
    errors = [stored(4, 0, ["1", "2"]), stored(4, 1, code="minimum"), stored(9, 0, ["3", "4"])]

    assert list(lines(["a", "b"], errors))[1:] == [
        "1,2,4,b,type,no type; no minimum\r\n",
        "3,4,9,b,type,no type\r\n",
    ]


def test_our_columns_step_aside_for_the_uploads() -> None:
    assert (
        next(lines(["row", "b"], [])) == "row,b,error_row,error_column,error_code,error_message\r\n"
    )


def test_a_row_with_too_few_or_too_many_cells_keeps_the_columns_in_place() -> None:
    errors = [stored(1, cells=["1"]), stored(2, cells=["1", "2", "3"]), stored(3)]

    assert [line.split(",")[:3] for line in lines(["a", "b"], errors)][1:] == [
        ["1", "", "1"],
        ["1", "2", "2"],
        ["", "", "3"],
    ]

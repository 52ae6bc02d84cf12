"""Bad rows are kept as they were uploaded, up to a limit, and read in the order of the file."""

from service.jobs import row_errors
from service.jobs.row_errors import BadRow, Fault
from tests.jobs.builders import Desk


def keep(desk: Desk, *bad: BadRow, failed_before: int = 0) -> None:
    desk.backbone.db.write(lambda c: row_errors.keep(c, "job_1", bad, failed_before))


def page(desk: Desk, after: tuple[int, int] = row_errors.START, limit: int = 10) -> list[object]:
    with desk.backbone.db.reading() as connection:
        return [error.as_json() for error in row_errors.page(connection, "job_1", after, limit)]


def bad(number: int, *codes: str, cells: tuple[str, ...] | None = ("x", "y")) -> BadRow:
    return BadRow(number, [Fault(code, "no good", "a") for code in codes], cells)


def test_a_row_comes_with_its_first_error(desk: Desk) -> None:
    keep(desk, bad(7, "type", "minimum"))

    first = {"row": 7, "column": "a", "code": "type", "message": "no good", "values": ["x", "y"]}
    assert page(desk) == [first, first | {"code": "minimum", "values": None}]


def test_pages_follow_each_other(desk: Desk) -> None:
    keep(desk, bad(3, "type", "minimum"), bad(12, "type"))

    assert len(page(desk, limit=1)) == 1
    assert [error["code"] for error in page(desk, (3, 0))] == ["minimum", "type"]  # type: ignore[index]
    assert page(desk, (12, 0)) == []


def test_only_the_first_bad_rows_are_kept(desk: Desk) -> None:
    keep(desk, bad(1, "type"), bad(2, "type"), failed_before=row_errors.ROWS_KEPT_MAX - 1)
    keep(desk, bad(3, "type"), failed_before=row_errors.ROWS_KEPT_MAX + 1)

    assert len(page(desk)) == 1


def test_a_row_too_long_to_keep_is_reported_without_its_cells(desk: Desk) -> None:
    keep(desk, bad(1, "type", cells=("x" * row_errors.ROW_BYTES_MAX, "y")))

    assert page(desk)[0]["values"] is None  # type: ignore[index]


def test_a_row_with_many_errors_keeps_the_first_few(desk: Desk) -> None:
    keep(desk, bad(1, *["type"] * 50))

    assert len(page(desk)) == row_errors.ERRORS_OF_ROW_MAX

import pytest

from bench.__main__ import chosen, parsed
from bench.row import Row
from bench.rows import PEER_ROWS, ROWS


def names(*arguments: str) -> list[str]:
    return [row.name for row in chosen(parsed(arguments))]


def test_by_itself_it_runs_what_needs_no_foreign_server() -> None:
    assert names() == [row.name for row in ROWS]


def test_peers_come_on_demand() -> None:
    assert names("--peers") == [row.name for row in (*ROWS, *PEER_ROWS)]


def test_rows_run_in_the_order_of_the_bench_whatever_was_asked_first() -> None:
    assert names("--only", "P4", "P1") == ["P1", "P4"]


def test_a_row_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(["--only", "P99"])
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize("row", [*ROWS, *PEER_ROWS], ids=lambda row: row.name)
def test_every_claim_has_a_text_of_its_own(row: Row) -> None:
    texts = [claim.text for claim in row.claims]
    assert len(set(texts)) == len(texts)

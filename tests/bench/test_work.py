from typing import Any

import pytest

from bench.work import Stored, disagreements, replayed

RECORDS = {"a": 1, "b": 2}
STORED = Stored(RECORDS, (4, 1, 4, 4))


def put(id_: str, version: int) -> dict[str, Any]:
    return {"op": "put", "record": {"id": id_, "version": version}}


def delete(id_: str, version: int) -> dict[str, Any]:
    return {"op": "delete", "collection": "todos", "id": id_, "version": version, "seq": 9}


def test_work_that_agrees_with_itself_is_right() -> None:
    assert disagreements(STORED, RECORDS, RECORDS, expected=2) == []


def test_a_lost_record_shows_in_the_count() -> None:
    assert disagreements(STORED, RECORDS, RECORDS, expected=3) == [
        "3 records were acknowledged, 2 are there"
    ]


@pytest.mark.parametrize("numbers", [(3, 1, 4, 4), (4, 2, 5, 5), (4, 1, 4, 5), (5, 1, 4, 4)])
def test_a_sequence_with_gaps_doubles_or_another_head_is_wrong(
    numbers: tuple[int, int, int, int],
) -> None:
    found = disagreements(STORED._replace(numbers=numbers), RECORDS, RECORDS, expected=2)
    assert [sentence[:7] for sentence in found] == ["the log"]


def test_a_delta_that_leads_elsewhere_is_wrong() -> None:
    found = disagreements(STORED, {"a": 1, "b": 1}, RECORDS, expected=2)
    assert found == ["following the delta does not lead to what is stored"]


def test_a_first_pull_that_misses_something_is_wrong() -> None:
    found = disagreements(STORED, RECORDS, {"a": 1}, expected=2)
    assert found == ["a first pull does not bring what is stored"]


def test_a_client_has_what_its_pages_left_it_with() -> None:
    pages = [[put("a", 1), put("b", 1)], [put("b", 2), delete("a", 2)], [put("c", 1)]]
    assert replayed(iter(pages)) == {"b": 2, "c": 1}

"""Ids of imported records: the key where it is an id, a digest of it where not, else the row's."""

import re
import uuid

import pytest

from service.core import names
from service.imports.record_ids import keyed, numbered
from service.jobs.job import Job
from tests.jobs.test_view import ROW

JOB: Job = ROW


def test_a_key_that_is_an_id_is_the_id() -> None:
    assert keyed(["iata"])({"iata": "00M", "name": "x"}, 1) == "00M"
    assert keyed(["n"])({"n": 42}, 1) == "42"


@pytest.mark.parametrize("value", ["St. Gallen", "ä", "x" * 65, "a/b", 1.5])
def test_another_key_is_digested(value: object) -> None:
    id_ = keyed(["name"])({"name": value}, 1)

    assert id_ is not None
    assert id_.startswith("k_")
    assert re.fullmatch(names.RECORD_ID, id_)
    assert keyed(["name"])({"name": value}, 2) == id_


def test_a_composed_key_keeps_its_columns_apart_and_in_order() -> None:
    both = keyed(["a", "b"])

    assert both({"a": "x", "b": "yz"}, 1) != both({"a": "xy", "b": "z"}, 1)
    assert both({"a": "x", "b": "y"}, 1) != keyed(["b", "a"])({"a": "x", "b": "y"}, 1)


def test_a_digested_key_is_what_it_was_in_every_earlier_import() -> None:
    assert (
        keyed(["a", "b"])({"a": "x", "b": 1}, 1)
        == "k_lfacwbdrwsl4awwxmdegtrir7evj7pohrn7uyulqhfsnsmq3yayq"
    )


@pytest.mark.parametrize("data", [{}, {"iata": ""}, {"iata": None}])
def test_a_row_without_its_key_has_no_id(data: dict[str, object]) -> None:
    assert keyed(["iata"])(data, 1) is None


def test_without_a_key_ids_are_uuids_that_the_job_and_the_row_determine() -> None:
    ids = [str(numbered(JOB)({}, row)) for row in (1, 2, 3, 1 << 20, 1 << 31)]

    assert [numbered(JOB)({}, row) for row in (1, 2, 3, 1 << 20, 1 << 31)] == ids
    assert {uuid.UUID(id_).version for id_ in ids} == {7}
    assert ids == sorted(ids)


def test_the_same_row_of_another_job_has_another_id() -> None:
    assert numbered(JOB)({}, 1) != numbered(JOB._replace(id="job_2"))({}, 1)

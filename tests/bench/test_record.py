import json

from bench import record
from service.spaces.schema import compile_schema

MANY = [record.make(n) for n in range(200)]


def test_every_record_fits_the_schema() -> None:
    validator = compile_schema(record.SCHEMA)
    assert [one for one in MANY if not validator.accepts(one)] == []


def test_a_record_has_ten_fields_and_about_340_bytes() -> None:
    sizes = [len(json.dumps(one, separators=(",", ":"))) for one in MANY]
    assert {len(one) for one in MANY} == {10}
    assert 330 <= sum(sizes) / len(sizes) <= 360


def test_a_number_always_makes_the_same_record() -> None:
    assert record.make(7) == record.make(7) != record.make(8)

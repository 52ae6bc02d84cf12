import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.lists.fields import ID, SEQ, Field
from service.lists.filters import VALUES_MAX, Condition, Filter, conditions_of
from service.lists.kinds import BOOLEAN, NUMBER, TEXT

N, T, B = Field("n", NUMBER), Field("t", TEXT), Field("b", BOOLEAN)
LEAST = float("-inf")


@pytest.mark.parametrize(
    ("field", "operator", "text", "conditions"),
    [
        (N, "eq", "1", [("eq", 1.0)]),
        (N, "ne", "1", [("ne", 1.0)]),
        (N, "gt", "1", [("gt", 1.0)]),
        (N, "gte", "1", [("gte", 1.0)]),
        (N, "lt", "1", [("gt", LEAST), ("lt", 1.0)]),
        (N, "lte", "1", [("gt", LEAST), ("lte", 1.0)]),
        (N, "in", "2,1,2", [("in", (1.0, 2.0))]),
        (N, "exists", "true", [("gt", LEAST)]),
        (N, "exists", "false", [("eq", LEAST)]),
        (T, "prefix", "ab", [("gte", "=ab"), ("lt", "=ac")]),
        (T, "prefix", "", [("gte", "="), ("lt", ">")]),
        (T, "prefix", "a\U0010ffff", [("gte", "=a\U0010ffff"), ("lt", "=b")]),
        (T, "prefix", "\ud7ff", [("gte", "=\ud7ff"), ("lt", "=\ue000")]),
        (B, "eq", "true", [("eq", 1)]),
        (SEQ, "lt", "5", [("lt", 5)]),
        (ID, "prefix", "a", [("gte", "a"), ("lt", "b")]),
    ],
)
def test_a_filter_comes_to_conditions_on_the_key(
    field: Field, operator: str, text: str, conditions: list[tuple[str, object]]
) -> None:
    found = conditions_of(Filter(field.path, operator, text), field)
    assert [(each.operator, each.key) for each in found] == conditions


@pytest.mark.parametrize(
    ("field", "operator", "text", "sentence"),
    [
        (N, "prefix", "1", "Only text has a prefix"),
        (ID, "exists", "true", "Every record has"),
        (N, "exists", "yes", "true or false"),
        (N, "in", ",".join("1" * (VALUES_MAX + 1)), "100 values at the most"),
    ],
)
def test_what_makes_no_sense_is_refused(
    field: Field, operator: str, text: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        conditions_of(Filter(field.path, operator, text), field)


@given(start=st.text(max_size=3), text=st.text(max_size=5))
def test_a_prefix_is_a_range_of_code_points(start: str, text: str) -> None:
    start, text = start.replace("\0", ""), text.replace("\0", "")
    conditions = conditions_of(Filter("t", "prefix", start), T)
    key = f"={text}"
    lower, *upper = [str(each.key) for each in conditions]
    assert (key >= lower and all(key < end for end in upper)) == text.startswith(start)


def test_the_last_of_all_texts_has_no_end() -> None:
    last = chr(sys.maxunicode)
    assert conditions_of(Filter("id", "prefix", last), ID) == [Condition(ID, "gte", last)]

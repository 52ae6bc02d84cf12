"""Combining objects."""

import pytest

from service.records.merge import merge_members, merge_patch, same

RFC_7396_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396_APPENDIX_A)
def test_a_merge_patch_does_what_the_rfc_shows(
    target: object, patch: object, result: object
) -> None:
    assert merge_patch(target, patch) == result


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged", "contested"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}, []),
        ({"a": 1}, {"a": 2}, {"a": 3}, {"a": 3}, ["a"]),
        ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, []),
        ({"a": 1}, {}, {"a": 1, "b": 1}, {"b": 1}, []),
        ({"a": 1}, {}, {"a": 2}, {"a": 2}, ["a"]),
        ({"a": 1}, {"a": 2}, {}, {}, ["a"]),
        ({"a": 1}, {}, {}, {}, []),
        ({}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}, []),
        ({"a": 1}, {"a": True}, {"a": 1, "b": 0}, {"a": True, "b": 0}, []),
        ({"a": {"x": 1}}, {"a": {"x": 2}}, {"a": {"x": 1, "y": 1}}, {"a": {"x": 1, "y": 1}}, ["a"]),
    ],
)
def test_members_merge_unless_both_sides_changed_them(
    base: dict[str, object],
    mine: dict[str, object],
    theirs: dict[str, object],
    merged: dict[str, object],
    contested: list[str],
) -> None:
    result, both = merge_members(base, mine, theirs)

    assert same(result, merged)
    assert both == contested


def test_true_is_not_one() -> None:
    assert not same({"a": [True]}, {"a": [1]})
    assert same({"a": [1.0]}, {"a": [1]})

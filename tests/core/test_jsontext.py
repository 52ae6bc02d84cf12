"""Strict JSON: everything honest is read as stdlib reads it, everything ambiguous is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.jsontext import (
    DuplicateKey,
    MalformedJson,
    TooDeep,
    UnsafeValue,
    canonical,
    parse,
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=15
)
renderings = st.sampled_from(
    [
        lambda value: json.dumps(value).encode(),
        lambda value: json.dumps(value, indent=1, ensure_ascii=False).encode(),
        lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(),
    ]
)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(values, renderings)
def test_whatever_json_can_say_is_read_however_it_is_written(
    value: object, render: Callable[[object], bytes]
) -> None:
    assert parse(render(value)) == value


@given(st.dictionaries(texts, values, min_size=1), renderings)
def test_a_repeated_key_is_refused_wherever_it_stands(
    members: dict[str, Any], render: Callable[[object], bytes]
) -> None:
    repeated = render(members).strip()[:-1] + b"," + render(members).strip()[1:]
    with pytest.raises(DuplicateKey):
        parse(b'[{"within":' + repeated + b"}]")


@given(values)
def test_canonical_text_is_read_back(value: object) -> None:
    assert parse(canonical(value).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"NaN",
        b"[Infinity]",
        b"[1e400]",
        b"[01]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b'"\x00"',
        b'{"\\ud800": 1',
        b"// comment\n1",
    ],
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse(body)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b'["\\u0000"]', "#/0", "unsafe_text"),
        (b'{"a":{"b~/c":"x\\u0000y"}}', "#/a/b~0~1c", "unsafe_text"),
        (b'{"a":"\\ud800"}', "#/a", "unsafe_text"),
        (b'{"\\u0000":1}', "#/%00", "unsafe_text"),
        (b"[9007199254740992]", "#/0", "unsafe_integer"),
        (b"[-9007199254740992]", "#/0", "unsafe_integer"),
        (b'{"n": 12345678901234567890123}', "#/n", "unsafe_integer"),
    ],
)
def test_a_value_that_not_everybody_can_keep_is_named(body: bytes, pointer: str, code: str) -> None:
    with pytest.raises(UnsafeValue) as refusal:
        parse(body)
    assert [(fault.pointer, fault.code) for fault in refusal.value.errors] == [(pointer, code)]


@pytest.mark.parametrize(
    "value",
    [
        ["\\u0000"],
        [9007199254740991, -9007199254740991],
        ["12345678901234567890"],
        [0.30000000000000004, 1.2345678901234567e30],
        ['{"a":1,"a":2}', ":::", '"', "\\"],
        {"a": {"a": {"a": 1}}},
        [{"a": 1}, {"a": 2}],
    ],
)
def test_what_only_looks_dangerous_is_read(value: object) -> None:
    assert parse(json.dumps(value).encode()) == value


def test_each_repeated_key_has_a_pointer() -> None:
    with pytest.raises(DuplicateKey) as refusal:
        parse(b'{"a":1,"b":[{"c":1,"c":2}],"a":3}')
    assert [fault.pointer for fault in refusal.value.errors] == ["#/b/0/c", "#/a"]


def test_sixty_four_levels_are_read() -> None:
    assert canonical(parse(nested(64))).encode() == nested(64)


@pytest.mark.parametrize(
    "body", [nested(65), nested(5000), b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 3000]
)
def test_deeper_nesting_is_refused(body: bytes) -> None:
    with pytest.raises(TooDeep):
        parse(body)


def test_brackets_in_strings_are_no_depth() -> None:
    assert parse(json.dumps(["[{" * 100, '"[' * 100]).encode()) == ["[{" * 100, '"[' * 100]


def test_a_long_flat_list_is_not_deep() -> None:
    assert parse(b"[" + b"[]," * 500 + b"{}]") == [[]] * 500 + [{}]

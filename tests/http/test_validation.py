import pytest

from service.http.validation import field_errors


@pytest.mark.parametrize(
    ("messages", "pointers"),
    [
        ({"name": ["a", "b"]}, ["#/name", "#/name"]),
        ({"items": {0: {"name": ["a"]}, 2: ["b"]}}, ["#/items/0/name", "#/items/2"]),
        ({"_schema": ["a"]}, ["#"]),
        ({"inner": {"_schema": ["a"]}}, ["#/inner"]),
        (["a"], ["#"]),
        ("a", ["#"]),
    ],
)
def test_messages_become_pointers(messages: object, pointers: list[str]) -> None:
    assert [fault.pointer for fault in field_errors(messages)] == pointers


def test_outside_of_bodies_they_name_the_parameter() -> None:
    (fault,) = field_errors({"limit": ["Unknown field."]}, "query")
    assert fault.as_dict() == {
        "detail": "Unknown field.",
        "parameter": "limit",
        "code": "unknown",
    }

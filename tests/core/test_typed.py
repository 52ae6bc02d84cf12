"""What a compiled decoder refuses is told with a JSON Pointer."""

import msgspec
import pytest

from service.core.errors import Invalid
from service.core.typed import typed


class Line(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    counts: list[int]


class Order(msgspec.Struct):
    lines: list[Line]


def test_what_fits_becomes_the_type() -> None:
    assert typed({"id": "a", "counts": [1]}, Line) == Line("a", [1])


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"id": "a", "counts": [1, "2"]}, "#/lines/1/counts/1"),
        ({"id": 7, "counts": []}, "#/lines/1/id"),
        ({"id": "a"}, "#/lines/1"),
        ({"id": "a", "counts": [], "more": 1}, "#/lines/1"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(line: object, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed({"lines": [{"id": "a", "counts": []}, line]}, Order)
    (error,) = refused.value.errors
    assert error.pointer == pointer
    assert "$" not in error.detail

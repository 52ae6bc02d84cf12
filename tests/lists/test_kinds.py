import pytest

from service.lists import kinds
from service.lists.kinds import BOOLEAN, NUMBER, OWN_NUMBER, TEXT, TIMESTAMP, Key, Kind


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (TEXT, "", "="),
        (TEXT, "Milk, 1 l", "=Milk, 1 l"),
        (TEXT, "é" * 300, "=" + "é" * 200),
        (NUMBER, "0", 0.0),
        (NUMBER, "-1.5e3", -1500.0),
        (NUMBER, "9007199254740991", 9007199254740991.0),
        (NUMBER, "5e-324", 5e-324),
        (BOOLEAN, "true", 1),
        (BOOLEAN, "false", 0),
        (TIMESTAMP, "2026-11-22T13:57:50Z", "2026-11-22T13:57:50.000Z"),
        (TIMESTAMP, "2026-11-22T13:57:50.1Z", "2026-11-22T13:57:50.100Z"),
        (TIMESTAMP, "2026-11-22T13:57:50.123999999Z", "2026-11-22T13:57:50.123Z"),
        (TIMESTAMP, "2026-11-22T00:30:00+02:00", "2026-11-21T22:30:00.000Z"),
        (TIMESTAMP, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        (OWN_NUMBER, "42", 42),
    ],
)
def test_the_text_of_a_query_makes_the_key(kind: Kind, text: str, key: Key) -> None:
    assert kind.read(text) == key


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TEXT, "a\0"),
        *[
            (NUMBER, text)
            for text in ("", "one", "NaN", "inf", "1e999", "0x1", "1_0", "01", ".5", "1,5", "٣")
        ],
        *[(BOOLEAN, text) for text in ("", "True", "1", "yes")],
        *[(TIMESTAMP, text) for text in ("", "2026-11-22", "2026-11-22T13:57:50", "now")],
        *[(TIMESTAMP, text) for text in ("2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z")],
        *[(TIMESTAMP, text) for text in ("0001-01-01T00:00:00+01:00", "20261122T135750Z")],
        *[(TIMESTAMP, text) for text in ("2026-11-22T13:57:50 02:00", "2026-11-22T13:57:50.Z")],
        *[(OWN_NUMBER, text) for text in ("", "-1", "1.5", "٣", "9" * 19)],
    ],
)
def test_what_is_no_value_of_the_kind_is_refused_with_a_sentence(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"^(This field takes|No text).*\.$"):
        kind.read(text)


@pytest.mark.parametrize("kind", [TEXT, NUMBER, BOOLEAN, TIMESTAMP])
def test_what_is_missing_is_less_than_every_value(kind: Kind) -> None:
    least = {"text": "", "number": str(-kinds.FLOAT_MAX), "boolean": "false"}
    value = kind.read(least.get(kind.name, "0001-01-01T00:00:00Z"))
    assert kind.missing < value  # type: ignore[operator]

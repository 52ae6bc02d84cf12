"""Kinds of fields, and the keys by which their values are compared.

``data`` is text, and each database reads JSON in its own way. So no value is compared as it stands:
a kind says, for each database, which key an expression makes of it. The keys are of plain types,
the same on both, and never null. What is missing, or is of another type, has the least key of its
kind: it comes first.

* text: ``=`` and its first 200 characters, by code point, for an index cannot hold more; missing is
  empty.
* number: itself, as a 64-bit float; missing is minus infinity, which JSON cannot say.
* boolean: 0 or 1; missing is -1.
* timestamp: UTC to the millisecond, in the one form in which the service writes its own; missing is
  empty.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Key = str | float

TEXT_CHARACTERS_MAX = 200
TEXT_MARK = "="
FLOAT_MAX = 1.7976931348623157e308

_SECONDS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
"""Means the same to GLOB as to a regular expression."""
_TIMESTAMP = re.compile(rf"{_SECONDS}(\.[0-9]+)?(Z|[+-][0-9][0-9]:[0-9][0-9])")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MILLISECONDS = (
    "substr({value}, 1, 19) || '.'"
    " || substr(replace(substr({value}, 21), 'Z', '') || '000', 1, 3) || 'Z'"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value becomes a key.

    ``read`` makes it of the text in a query, or raises ValueError with a sentence. ``sqlite`` and
    ``postgresql`` make it of ``{column}`` (one of the record's own), or of ``{value}`` (a member of
    data as SQL text), whose type is ``{type}`` and whose JSON is ``{json}``. ``missing`` is None
    for what is never missing.
    """

    name: str
    missing: Key | None
    read: Callable[[str], Key]
    sqlite: str
    postgresql: str


def _read_text(text: str) -> str:
    return TEXT_MARK + _plain(text)[:TEXT_CHARACTERS_MAX]


def _read_number(text: str) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if abs(number) > FLOAT_MAX:
        raise ValueError("This field takes a number, as JSON writes it.")
    return number


def _read_boolean(text: str) -> int:
    if text not in ("true", "false"):
        raise ValueError("This field takes true or false.")
    return int(text == "true")


def _read_timestamp(text: str) -> str:
    match = _TIMESTAMP.fullmatch(text)
    try:
        moment = datetime.fromisoformat(text if match else "").astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "This field takes a timestamp such as 2026-11-22T13:57:50.123Z (RFC 3339)."
            " In a URL, write a + as %2B."
        ) from None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _read_whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise ValueError("This field takes a whole number.")
    return int(text)


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("No text that is kept here has a NUL.")
    return text


TEXT = Kind(
    "text",
    "",
    _read_text,
    sqlite="CASE {type} WHEN 'text' THEN '=' || substr({value}, 1, 200) ELSE '' END",
    postgresql="(CASE {type} WHEN 'string' THEN '=' || left({value}, 200) ELSE '' END)"
    ' COLLATE "C"',
)
NUMBER = Kind(
    "number",
    float("-inf"),
    _read_number,
    sqlite="CASE WHEN {type} IN ('integer', 'real') THEN {value} ELSE -9e999 END",
    postgresql="CASE {type} WHEN 'number' THEN ({value})::float8 ELSE '-Infinity'::float8 END",
)
BOOLEAN = Kind(
    "boolean",
    -1,
    _read_boolean,
    sqlite="CASE {type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE -1 END",
    postgresql="CASE ({json})::text WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE -1 END",
)
TIMESTAMP = Kind(
    "timestamp",
    "",
    _read_timestamp,
    sqlite=f"CASE WHEN {{value}} GLOB '{_SECONDS}Z' OR ({{value}} GLOB '{_SECONDS}.[0-9]*Z'"
    " AND substr({value}, 21, length({value}) - 21) NOT GLOB '*[^0-9]*')"
    f" THEN {_MILLISECONDS} ELSE '' END",
    postgresql=f"(CASE WHEN ({{value}}) COLLATE \"C\" ~ '^{_SECONDS}([.][0-9]+)?Z$'"
    f" THEN {_MILLISECONDS} ELSE '' END) COLLATE \"C\"",
)
KINDS = {kind.name: kind for kind in (TEXT, NUMBER, BOOLEAN, TIMESTAMP)}

OWN_TEXT = Kind("text", None, _plain, "{column}", '{column} COLLATE "C"')
OWN_TIMESTAMP = Kind("timestamp", None, _read_timestamp, "{column}", '{column} COLLATE "C"')
OWN_NUMBER = Kind("number", None, _read_whole, "{column}", "{column}")

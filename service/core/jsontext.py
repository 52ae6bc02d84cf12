"""JSON text, read strictly (RFC 8259, with the restrictions of I-JSON, RFC 7493).

orjson already refuses broken UTF-8, half surrogate pairs, NaN and infinities. The rules that it
does not keep are checked on the text, by whole-buffer operations: with its strings and numbers
dropped a body is a skeleton of brackets and colons, which shows how deep it is and how many
members it names. Only a body that is about to be refused is read a second time, slowly, to say
where it is wrong.
"""

import re
from functools import partial
from typing import Any, ClassVar

import orjson

from service.core.errors import FieldError, Invalid, Malformed, ServiceError
from service.core.jsontext_faults import DUPLICATE_KEY, faults
from service.core.offload import offload

DEPTH_MAX = 64

_INLINE_BYTES_MAX = 64 * 1024
_SKELETON = bytes.maketrans(b"[{]}", b"(())")
_FLESH = bytes(set(range(256)) - set(b'"[]{}:'))
_STRING = re.compile(rb'"[^"]*"')
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 16
_LONG_INTEGER = re.compile(rb"(?<![0.])0{16,}(?![0.eE])")


class MalformedJson(Malformed):
    """The body is not JSON. ``detail`` names the place; encode it as UTF-8 with a JSON library."""

    code = "malformed_json"
    title = "Malformed JSON"


class DuplicateKey(Malformed):
    """An object in the body names a key twice. Readers disagree on which one counts: send one."""

    code = DUPLICATE_KEY
    title = "Duplicate key"
    example: ClassVar[dict[str, Any]] = {
        "errors": [
            FieldError(
                "This key stands in its object more than once.",
                pointer="#/name",
                code=DUPLICATE_KEY,
            )
        ]
    }


class TooDeep(Malformed):
    """The body is nested too deeply. Arrays and objects may stand in each other up to 64 times."""

    code = "json_too_deep"
    title = "JSON nested too deeply"


class UnsafeValue(Invalid):
    """The body holds a value that not every client can keep. Replace those that ``errors`` names.

    Text with U+0000 or half a surrogate pair cannot be stored. Whole numbers beyond ±(2^53 - 1)
    are rounded by JavaScript and others: send them as strings.
    """

    code = "unsafe_value"
    title = "Unsafe value"
    example: ClassVar[dict[str, Any]] = {
        "errors": [
            FieldError(
                "Send whole numbers beyond ±(2^53 - 1) as strings.",
                pointer="#/data/serial",
                code="unsafe_integer",
            )
        ]
    }


def parse(body: bytes) -> Any:
    """The value that ``body`` says.

    Raises MalformedJson, DuplicateKey, TooDeep (400) or UnsafeValue (422), with pointers where
    there are any.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _why_unreadable(body, error) from None
    if _is_nested_too_deep(body):
        raise TooDeep
    if _may_be_unsafe(body, orjson.dumps(value)) and (found := _faults(body)):
        raise _refusal(found)
    return value


def canonical(value: Any) -> str:
    """``value`` as compact JSON text, members in the order they came."""
    return orjson.dumps(value).decode()


def _is_nested_too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return False
    nested = _skeleton(body).replace(b":", b"")
    for _ in range(DEPTH_MAX):  # each pass takes off the innermost pairs
        nested = nested.replace(b"()", b"")
    return bool(nested)


def _may_be_unsafe(body: bytes, rewritten: bytes) -> bool:
    """False for nearly every honest body; never for one that ``faults`` would find something in."""
    return (
        b"\\u0000" in rewritten
        or _has_long_integer(body.translate(_DIGITS_ALIKE))
        or (body != rewritten and _members(body) != _members(rewritten))
    )


def _has_long_integer(zeros: bytes) -> bool:
    return _LONG_NUMBER in zeros and _LONG_INTEGER.search(zeros) is not None


def _members(text: bytes) -> int:
    return _skeleton(text).count(b":")


def _skeleton(text: bytes) -> bytes:
    """The brackets and colons that stand outside of strings; all brackets are round."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    bones = text.translate(_SKELETON, _FLESH).replace(b'""', b"")
    return _STRING.sub(b"", bones) if b'"' in bones else bones


def _why_unreadable(body: bytes, error: orjson.JSONDecodeError) -> ServiceError:
    if "depth" in error.msg:
        return TooDeep()
    found: list[FieldError] = []
    if b"\\u" in body:  # half a surrogate pair is an error of value, not of grammar
        try:
            found = _faults(body)
        except (ValueError, RecursionError):
            found = []
    return _refusal(found) if found else MalformedJson(f"The body is not JSON: {error}.")


def _faults(body: bytes) -> list[FieldError]:
    """Whoever makes a large body suspicious shall not hold the loop with it."""
    return faults(body) if len(body) <= _INLINE_BYTES_MAX else offload(partial(faults, body))


def _refusal(found: list[FieldError]) -> ServiceError:
    repeated = [fault for fault in found if fault.code == DUPLICATE_KEY]
    return DuplicateKey(errors=repeated) if repeated else UnsafeValue(errors=found)

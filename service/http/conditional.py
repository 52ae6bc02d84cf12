"""Conditional requests (RFC 9110 §13): entity tags, what writes say they are based on, and 304.

A tag is ``"{epoch}.{seq}"``, then ``.p{projection}`` where the answer is a selection of fields,
then ``.gz`` where it is compressed. It is strong: the same tag means the same bytes, for whoever
asks. A write is about the thing and not about a rendering of it, so ``If-Match`` looks at epoch
and seq alone.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from flask import Request, Response

from service.core.errors import PreconditionRequired
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT, Position, Precondition

ANY: Final = "*"
CODING_SUFFIX: Final = ".gz"
REVALIDATE: Final = "private, no-cache"

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
_POSITION = re.compile(r"([0-9a-z]+)\.([0-9]{1,16})(?:\.p[0-9A-Za-z_-]+)?(?:\.gz)?")


def etag(epoch: str, seq: int, projection: str | None = None) -> str:
    """The tag, in quotes as the header has it. ``projection`` is a short name of [0-9A-Za-z_-]."""
    return f'"{epoch}.{seq}.p{projection}"' if projection else f'"{epoch}.{seq}"'


def precondition(request: Request) -> Precondition:
    """What a write is based on. Raises PreconditionRequired when the request does not say.

    It says so with ``If-Match``, or with ``If-None-Match: *``.
    """
    matching, absent = if_match(request), if_none_match(request) == ANY
    if matching is not None and absent:
        return Precondition(positions=frozenset())  # to be there and not to be: it never holds
    if matching == ANY:
        return ANY_STATE
    if matching is not None:
        return Precondition(positions=frozenset(matching))
    if absent:
        return MUST_BE_ABSENT
    raise PreconditionRequired


def if_match(request: Request) -> Literal["*"] | tuple[Position, ...] | None:
    """The positions in ``If-Match``, ANY for ``*``, None without it.

    The comparison is strong: weak tags, and tags that we never made, match nothing and are left
    out.
    """
    field = request.environ.get("HTTP_IF_MATCH")
    if field is None:
        return None
    if field.strip() == ANY:
        return ANY
    found = (_POSITION.fullmatch(tag) for weak, tag in _tags(field) if not weak)
    return tuple((match[1], int(match[2])) for match in found if match)


def if_none_match(request: Request) -> Literal["*"] | frozenset[str] | None:
    """The bare tags in ``If-None-Match``, whatever their coding; ANY for ``*``; None without it."""
    field = request.environ.get("HTTP_IF_NONE_MATCH")
    if field is None:
        return None
    if field.strip() == ANY:
        return ANY
    return frozenset(tag.removesuffix(CODING_SUFFIX) for _, tag in _tags(field))


def not_modified(request: Request, tag: str, cache_control: str = REVALIDATE) -> Response | None:
    """The 304 for a GET whose caller already has ``tag`` (as ``etag`` made it), else None."""
    field = request.environ.get("HTTP_IF_NONE_MATCH")
    if field is None or not (field == tag or _is_known(request, tag)):
        return None
    return Response(status=304, headers=[("ETag", tag), ("Cache-Control", cache_control)])


def _is_known(request: Request, tag: str) -> bool:
    known = if_none_match(request)
    return known == ANY or tag.strip('"') in (known or ())


def _tags(field: str) -> Iterator[tuple[bool, str]]:
    """Each tag of a list, and whether it is weak. A list ends where it goes wrong."""
    position = 0
    while match := _TAG.match(field, position):
        yield match[1] is not None, match[2]
        position = match.end()

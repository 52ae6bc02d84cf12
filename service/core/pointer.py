"""JSON Pointers as URI fragments (RFC 6901 §6): how an error names a place in a body."""

from collections.abc import Iterable
from urllib.parse import quote

_SAFE_IN_FRAGMENT = "!$&'()*+,;=:@-._~"


def pointer(path: Iterable[str | int]) -> str:
    """``["data", "a/b", 0]`` as ``#/data/a~1b/0``."""
    return "#" + "".join(f"/{_token(step)}" for step in path)


def _token(step: str | int) -> str:
    escaped = str(step).replace("~", "~0").replace("/", "~1")
    return quote(escaped, safe=_SAFE_IN_FRAGMENT, errors="replace")

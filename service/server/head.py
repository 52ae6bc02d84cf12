"""The head of an HTTP/1.1 request, read strictly (RFC 9112).

What different servers read differently is how requests are smuggled past a proxy, so whatever is
ambiguous is refused: folded lines, bare line feeds, two lengths, a length beside a transfer
coding. Field names with an underscore are dropped, because in WSGI they would pass for the ones
with a hyphen.
"""

import re
from http import HTTPStatus
from typing import Final, Protocol

REQUEST_LINE_BYTES_MAX: Final = 8 * 2**10
HEADERS_BYTES_MAX: Final = 32 * 2**10
HEADERS_MAX: Final = 100
REFUSED: Final = "syncline.refused"
"""Where the environment of a request that was refused holds the status to answer with."""

Environ = dict[str, str]

_REQUEST_LINE = re.compile(rb"([A-Z][A-Z-]{0,19}) ([\x21-\x7e]+) (HTTP/1\.[01])\r\n")
_HOST = re.compile(r"(?:[0-9A-Za-z._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r\n")
_ABSOLUTE = re.compile(r"https?://([^/?#]+)(.*)", re.IGNORECASE)
_ONCE = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_HOST", "HTTP_TRANSFER_ENCODING"})
_BARE = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE"})


class Refused(Exception):
    """The request cannot be taken as it is; ``status`` says why in HTTP's own terms."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        self.status = status
        super().__init__(status)


class Lines(Protocol):
    """Where the head is read from."""

    def readline(self, limit: int, /) -> bytes:
        """Up to ``limit`` bytes, to the next line feed at most."""
        ...


def request_line(line: bytes) -> tuple[str, str, str]:
    """Method, target and version of ``line``. Raises ``Refused``."""
    if len(line) >= REQUEST_LINE_BYTES_MAX:
        raise Refused(HTTPStatus.REQUEST_URI_TOO_LONG)
    match = _REQUEST_LINE.fullmatch(line)
    if not match:
        raise Refused
    method, target, version = (part.decode("latin-1") for part in match.groups())
    return method, target, version


def header_fields(source: Lines, version: str) -> Environ:
    """The header fields up to the empty line, under their WSGI names. Raises ``Refused``."""
    fields: Environ = {}
    bytes_left = HEADERS_BYTES_MAX
    for _ in range(HEADERS_MAX + 1):
        line = source.readline(bytes_left)
        if line == b"\r\n":
            return _consistent(fields, version)
        bytes_left -= len(line)
        if bytes_left <= 0:
            break
        _add(fields, line)
    raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)


def split_target(target: str) -> tuple[str | None, str, str]:
    """Host if the target names one, path and query of a request target. Raises ``Refused``."""
    absolute = _ABSOLUTE.fullmatch(target)
    host, rest = (absolute[1], absolute[2] or "/") if absolute else (None, target)
    if host is not None and not _HOST.fullmatch(host):
        raise Refused
    if not rest.startswith(("/", "?")) and rest != "*":
        raise Refused
    path, _, query = rest.partition("?")
    return host, path or "/", query


def body_length(fields: Environ) -> int | None:
    """The length of the body; None where it has none or says it in chunks."""
    length = fields.get("CONTENT_LENGTH")
    return None if length is None else int(length)


def is_chunked(fields: Environ) -> bool:
    """Whether the body comes in chunks."""
    return "HTTP_TRANSFER_ENCODING" in fields


def ends_connection(fields: Environ, version: str) -> bool:
    """Whether the client wants the connection to end with the answer."""
    wish = fields.get("HTTP_CONNECTION", "").lower()
    return wish != "keep-alive" if version == "HTTP/1.0" else "close" in wish


def _add(fields: Environ, line: bytes) -> None:
    match = _FIELD.fullmatch(line)
    if not match:
        raise Refused
    name, value = (part.decode("latin-1").strip(" \t") for part in match.groups())
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    key = key if key in _BARE else f"HTTP_{key}"
    if key not in fields:
        fields[key] = value
    elif key in _ONCE:
        raise Refused
    else:
        fields[key] += ("; " if key == "HTTP_COOKIE" else ",") + value


def _consistent(fields: Environ, version: str) -> Environ:
    """``fields``, if they leave no doubt about where this request ends and whom it is for."""
    length = fields.get("CONTENT_LENGTH")
    coding = fields.get("HTTP_TRANSFER_ENCODING")
    if coding is not None and (coding.lower() != "chunked" or length or version == "HTTP/1.0"):
        raise Refused
    if length is not None and not (length.isascii() and length.isdigit() and len(length) <= 18):
        raise Refused
    host = fields.get("HTTP_HOST")
    if host is None and version != "HTTP/1.0":
        raise Refused
    if host is not None and not _HOST.fullmatch(host):
        raise Refused
    return fields

"""Around every request: its id, the headers that all answers have, one line in the log.

This is a WSGI application around the application, not a pair of Flask's hooks: here the headers
are a plain list and cost a tenth, and whatever happens inside, the answer passes through here.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from service.core import log
from service.http.conditional import REVALIDATE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

NO_STORE: Final = "private, no-store"
API_CONTENT_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
SECRET_PARAMETERS: Final = frozenset({"cf_connect", "ticket", "sig"})
QUIET_PATHS: Final = frozenset({"/healthz", "/readyz"})
LOGGED_QUERY_CHARACTERS_MAX: Final = 512

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._~:+/=@-]{1,128}")
_EVERYWHERE: Final[Headers] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Vary", "Accept-Encoding"),
]
_OVER_HTTPS: Final[Headers] = [("Strict-Transport-Security", "max-age=31536000")]
_WITHOUT_BODY: Final = ("204", "304")

_access = logging.getLogger("access")


class Envelope:
    """``inner``, with an id, headers and a log line for each of its requests."""

    def __init__(self, inner: "WSGIApplication", public_url: str | None) -> None:
        self._inner = inner
        is_https = (public_url or "").startswith("https:")
        self._headers = _EVERYWHERE + (_OVER_HTTPS if is_https else [])

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer as WSGI has it (PEP 3333)."""
        given = environ.get("HTTP_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else os.urandom(12).hex()
        log.begin(request_id=request_id)
        exchange = _Exchange(environ, start_response, [*self._headers, ("Request-Id", request_id)])
        body = self._inner(environ, exchange.start)
        return _Stream(body, exchange) if exchange.is_stream else body


class _Exchange:
    """A request and what has been said in answer to it."""

    def __init__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", headers: Headers
    ) -> None:
        self._environ = environ
        self._headers = headers
        self._start_response = start_response
        self._started = perf_counter()
        self._status = ""
        self.is_stream = False
        self.size = 0

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Any:
        """Complete the headers on their way out, and log an answer whose length they tell."""
        said = {name.lower(): value for name, value in headers}
        headers += self._headers
        if "cache-control" not in said:
            headers.append(("Cache-Control", REVALIDATE if "etag" in said else NO_STORE))
        if "content-security-policy" not in said:
            headers.append(("Content-Security-Policy", API_CONTENT_POLICY))
        self._status = status[:3]
        self.size = int(said.get("content-length", 0))
        self.is_stream = "content-length" not in said and self._status not in _WITHOUT_BODY
        if not self.is_stream:
            self.log()
        return self._start_response(status, headers, exc_info)

    def log(self) -> None:
        """Write the access line, now that it is known how the answer ended."""
        environ = self._environ
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")  # PEP 3333
        if not _access.isEnabledFor(logging.DEBUG if path in QUIET_PATHS else logging.INFO):
            return
        line = {**log.head("info", "access"), **log.bound()}
        line["method"] = environ["REQUEST_METHOD"]
        line["path"] = path
        if query := environ.get("QUERY_STRING"):
            line["query"] = redacted(query)
        line["status"] = int(self._status)
        line["bytes"] = self.size
        line["ms"] = round((perf_counter() - self._started) * 1000, 2)
        line["remote"] = environ.get("REMOTE_ADDR")
        log.write(line)


class _Stream:
    """A body of unknown length: counted as it goes, logged when it is closed."""

    def __init__(self, body: Iterable[bytes], exchange: _Exchange) -> None:
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._exchange.size += len(chunk)
            yield chunk

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._exchange.log()


def redacted(query: str) -> str:
    """``query`` as the log may have it: cut, and without the values of SECRET_PARAMETERS."""
    parts = [_redacted_part(part) for part in query.split("&")]
    return "&".join(parts)[:LOGGED_QUERY_CHARACTERS_MAX]


def _redacted_part(part: str) -> str:
    name, equals, _ = part.partition("=")
    return f"{name}=***" if equals and unquote_plus(name) in SECRET_PARAMETERS else part

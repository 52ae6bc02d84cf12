"""A plain client for setting up and checking, and the bytes of requests for the load generator."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from typing import Any

from bench.load import Address

WAIT_SECONDS_MAX = 120


class UnexpectedAnswer(Exception):
    """A server refused what the set-up or a check asked of it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Client:
    """Talks to one server; ``headers`` go with every request.

    Each request has a connection of its own: between two of them may lie minutes of somebody else's
    load, and servers end connections that rest.
    """

    def __init__(self, address: Address, headers: Mapping[str, str] | None = None) -> None:
        self._address = address
        self.headers = dict(headers or {})

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a request with a JSON body, or none. Raises UnexpectedAnswer unless it succeeds."""
        sent = {**self.headers, **(headers or {})}
        text = None if body is None else compact(body)
        if text is not None:
            sent["Content-Type"] = "application/json"
        with closing(HTTPConnection(*self._address, timeout=WAIT_SECONDS_MAX)) as connection:
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        if reply.status >= 400:
            raise UnexpectedAnswer(f"{method} {path}: {reply.status} {reply.body[:1000]!r}")
        return reply

    def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The bytes of the same request, for the load generator."""
        fields = {"Host": "bench", **self.headers, **(headers or {})}
        text = b"" if body is None else compact(body)
        if body is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(text))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields)]
        return "\r\n".join([*lines, "", ""]).encode() + text


def compact(value: object) -> bytes:
    """``value`` as JSON without blanks."""
    return json.dumps(value, separators=(",", ":")).encode()

"""A WSGI application that shows what the server does with requests; ``test_server.py`` runs it."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from werkzeug.exceptions import HTTPException

from service.core.lifecycle import draining
from service.server import body, connection, head

# Patience is a matter of minutes in service, and of moments here.
connection.HEAD_SECONDS_MAX = 0.5
connection.LINGER_SECONDS_MAX = 0.5
connection.SEND_SECONDS_MIN = 0.5
body.PIECE_SECONDS_MIN = 0.5
body.BYTES_PER_SECOND_MIN = 2**30

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Environ = dict[str, Any]


def hello(_environ: Environ) -> bytes:
    return b"hello"


def echo(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read()
    return body


def slow(_environ: Environ) -> bytes:
    """In flight until the process drains, and a moment longer."""
    Path(os.environ["DATA_DIR"], "in-flight").touch()
    while not draining:
        gevent.sleep(0.05)
    gevent.sleep(0.5)
    return b"finished"


def large(_environ: Environ) -> bytes:
    return bytes(64 * 2**20)


def show(environ: Environ) -> bytes:
    shown = {name: value for name, value in environ.items() if isinstance(value, str)}
    return json.dumps(shown).encode()


VIEWS: dict[str, Callable[[Environ], bytes]] = {
    "/": hello,
    "/echo": echo,
    "/slow": slow,
    "/large": large,
    "/show": show,
}


def app(environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
    refused = environ.get(head.REFUSED)
    if refused:
        start_response(f"{refused} Refused", [("Content-Length", "0")])
        return [b""]
    try:
        body = VIEWS[environ["PATH_INFO"]](environ)
    except HTTPException as problem:
        return problem(environ, start_response)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

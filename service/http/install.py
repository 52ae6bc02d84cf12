"""The HTTP grammar, installed into an application: one call, in the order it says."""

from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from service.core.settings import Settings
from service.http.compression import compress
from service.http.errors import register_errors
from service.http.request import Envelope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class OrjsonProvider(JSONProvider):
    """orjson for whatever Flask itself writes and reads."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """``obj`` as compact JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of text that this server wrote; a client's goes through ``jsontext.parse``."""
        return orjson.loads(s)


def install_http(app: Flask, settings: Settings) -> None:
    """Give ``app`` this server's manners. Call it first: its hooks go around all others."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.json_body_bytes_max
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    register_errors(app, settings.public_url)
    app.after_request(_compressed)
    app.wsgi_app = _envelope(app.wsgi_app, settings)  # type: ignore[assignment, method-assign]


def _compressed(response: Response) -> Response:
    compress(request, response)
    return response


def _envelope(inner: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    hops = settings.trusted_proxy_hops
    trusting = ProxyFix(inner, x_for=hops, x_proto=hops, x_host=hops) if hops else inner
    return Envelope(trusting, settings.public_url)

"""The documentation, served by the service itself: guides, API reference, a page for every error.

Nothing comes from another host, no script or style stands inside a page, and the content policy
says so. A page is made once in the life of a process, when first asked for, and kept compressed
beside plain.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import flask_swagger_ui
from flask import Flask, Response, request
from jinja2 import Environment, FileSystemLoader

from service.core.errors import NotFound
from service.core.offload import offload
from service.http.conditional import CODING_SUFFIX, not_modified
from service.http.contract import public
from service.http.docs_errors import by_status, error_pages
from service.http.docs_guides import GUIDES_DIRECTORY, read_guides
from service.http.openapi import ORIGIN_UNKNOWN

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_CACHING: Final = "public, no-cache"
ASSET_CACHING: Final = "public, max-age=3600"

_OUR_ASSETS: Final = Path(__file__).parent / "docs_assets"
_SWAGGER_ASSETS: Final = Path(flask_swagger_ui.__file__).parent / "dist"
_HTML: Final = "text/html; charset=utf-8"
_ASSETS: Final = {
    "docs.css": (_OUR_ASSETS, "text/css; charset=utf-8"),
    "mark.svg": (_OUR_ASSETS, "image/svg+xml"),
    "reference.js": (_OUR_ASSETS, "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": (_SWAGGER_ASSETS, "text/javascript; charset=utf-8"),
    "swagger-ui.css": (_SWAGGER_ASSETS, "text/css; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Something that is the same for everybody, ready to be sent."""

    body: bytes
    compressed: bytes
    tag: str
    media_type: str
    caching: str


class Docs:
    """The documentation's pages, by their path below ``/docs``."""

    def __init__(self, version: str, origin: str) -> None:
        self._version = version
        self._origin = origin
        self._made: dict[str, Page] = {}
        self._templates = Environment(loader=FileSystemLoader(_OUR_ASSETS), autoescape=True)

    def page(self, path: str) -> Page:
        """The page at ``path``. Raises NotFound."""
        if path not in self._made:
            self._made[path] = offload(partial(self._make, path))
        return self._made[path]

    def _make(self, path: str) -> Page:
        if path not in self._makers:
            raise NotFound("The documentation has no such page. Its index is at `/docs`.")
        return self._makers[path]()

    @cached_property
    def _makers(self) -> dict[str, Callable[[], Page]]:
        guides = read_guides(GUIDES_DIRECTORY)
        errors = error_pages(self._origin)
        html = partial(partial, self._html, guides=guides)
        makers: dict[str, Callable[[], Page]] = {
            "": html("index.html"),
            "api": html("reference.html"),
            "errors": html("errors.html", groups=by_status(errors.values())),
        }
        makers |= {guide.slug: html("guide.html", guide=guide) for guide in guides}
        makers |= {f"errors/{code}": html("error.html", page=page) for code, page in errors.items()}
        return makers | {f"assets/{name}": partial(_asset, name) for name in _ASSETS}

    def _html(self, template: str, **values: Any) -> Page:
        text = self._templates.get_template(template).render(version=self._version, **values)
        return _page(text.encode(), _HTML, PAGE_CACHING)


def register_docs(app: Flask, version: str, public_url: str | None) -> None:
    """Serve the documentation below ``/docs``."""
    docs = Docs(version, public_url or ORIGIN_UNKNOWN)

    @public
    def show_docs(path: str = "") -> Response:
        return _sent(docs.page(path.rstrip("/")))

    app.add_url_rule("/", "home", public(_to_docs))
    app.add_url_rule("/docs", view_func=show_docs)
    app.add_url_rule("/docs/<path:path>", view_func=show_docs)


def _to_docs() -> Response:
    """Whoever opens the address in a browser wants to know what this is."""
    return Response(status=302, headers={"Location": "/docs", "Cache-Control": PAGE_CACHING})


def _asset(name: str) -> Page:
    directory, media_type = _ASSETS[name]
    return _page((directory / name).read_bytes(), media_type, ASSET_CACHING)


def _page(body: bytes, media_type: str, caching: str) -> Page:
    tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    return Page(body, gzip.compress(body, mtime=0), tag, media_type, caching)


def _sent(page: Page) -> Response:
    response = not_modified(request, page.tag, page.caching) or _content(page)
    response.headers["Cache-Control"] = page.caching
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


def _content(page: Page) -> Response:
    if request.accept_encodings.quality("gzip") > 0:
        response = Response(page.compressed, content_type=page.media_type)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = f'{page.tag[:-1]}{CODING_SUFFIX}"'
        return response
    return Response(page.body, content_type=page.media_type, headers={"ETag": page.tag})

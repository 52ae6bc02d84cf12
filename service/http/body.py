"""Reading request bodies: never more than allowed, in a coding and a media type that we know.

A body that says its length is refused before a byte of it is read; one that does not (chunked) is
counted while it comes. What counts is its size after decompression too.
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar, Final

from flask import current_app, request
from werkzeug.sansio.utils import get_content_length

from service.core import jsontext
from service.core.errors import Malformed, TooLarge, UnsupportedMedia
from service.core.offload import offload

JSON: Final = ("application/json",)
MERGE_PATCH: Final = ("application/merge-patch+json", "application/json")
CODINGS: Final = ("gzip",)
CHUNK_BYTES: Final = 64 * 1024
INLINE_BYTES_MAX: Final = 64 * 1024  # longer input is (de)compressed in the thread pool

_WITH_GZIP_HEADER = 31  # zlib's wbits for a window of 32 KiB in gzip framing


class UnsupportedCoding(UnsupportedMedia):
    """The body's ``Content-Encoding`` is not known here. ``supported`` lists those that are."""

    code = "unsupported_coding"
    title = "Unsupported coding"
    example: ClassVar[dict[str, Any]] = {"supported": list(CODINGS)}


class MalformedGzip(Malformed):
    """The body says that it is gzip, but it is not one whole gzip member. Compress it again."""

    code = "malformed_gzip"
    title = "Malformed gzip"


def read_json(media_types: tuple[str, ...] = JSON) -> Any:
    """The value in the body, of at most JSON_BODY_BYTES_MAX bytes.

    Raises UnsupportedMedia, TooLarge, and what ``jsontext.parse`` raises.
    """
    require_media_type(*media_types)
    return jsontext.parse(read_body())


def require_media_type(*supported: str) -> None:
    """Raise UnsupportedMedia unless the ``Content-Type`` is one of ``supported``, in UTF-8."""
    if request.environ.get("CONTENT_TYPE") in supported:
        return
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in supported or charset != "utf-8":
        raise UnsupportedMedia(supported=list(supported))


def read_body(bytes_max: int | None = None) -> bytes:
    """The whole body, decompressed, of at most ``bytes_max`` bytes (default: JSON_BODY_BYTES_MAX).

    Raises TooLarge, UnsupportedCoding, MalformedGzip.
    """
    limit = current_app.config["MAX_CONTENT_LENGTH"] if bytes_max is None else bytes_max
    body = _read(limit)
    if len(body) > limit:
        raise _too_large(limit)
    if "HTTP_CONTENT_ENCODING" not in request.environ or not _is_gzip():
        return body
    inflate = partial(_inflate, body, limit)
    return inflate() if len(body) <= INLINE_BYTES_MAX else offload(inflate)


def body_chunks(bytes_max: int) -> Iterator[bytes]:
    """The body, decompressed, in chunks of at most CHUNK_BYTES, as it arrives; for uploads.

    Raises what ``read_body`` raises: TooLarge at the first byte too many, wherever that comes to
    light.
    """
    _check_length(bytes_max)
    raw = _bounded(iter(partial(request.stream.read, CHUNK_BYTES), b""), bytes_max)
    return _bounded(_inflated(raw), bytes_max) if _is_gzip() else raw


def _read(bytes_max: int) -> bytes:
    """The body as it comes: of the length that was announced, or whatever it turns out to be."""
    length = _check_length(bytes_max)
    if length is None:
        return request.get_data()
    body: bytes = request.environ["wsgi.input"].read(length)
    return body


def _check_length(bytes_max: int) -> int | None:
    """Refuse a body that is announced as too large. One that grows too large shows by one byte.

    Werkzeug reads a body without a length up to its maximum and then stops without a word, so its
    maximum is one more than ours.
    """
    environ = request.environ
    said = environ.get("CONTENT_LENGTH") or None  # may be empty: PEP 3333
    length = get_content_length(said, environ.get("HTTP_TRANSFER_ENCODING"))
    if (length or 0) > bytes_max:
        raise _too_large(bytes_max)
    request.max_content_length = bytes_max + 1
    return length


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(limits={"body_bytes_max": bytes_max})


def _is_gzip() -> bool:
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity", *CODINGS):
        raise UnsupportedCoding(supported=list(CODINGS))
    return coding in CODINGS


def _bounded(chunks: Iterable[bytes], bytes_max: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bytes_max:
            raise _too_large(bytes_max)
        yield chunk


def _inflate(body: bytes, bytes_max: int) -> bytes:
    return b"".join(_bounded(_inflated([body]), bytes_max))


def _inflated(raw: Iterable[bytes]) -> Iterator[bytes]:
    """The one gzip member in ``raw``, in chunks of at most CHUNK_BYTES."""
    member = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        for compressed in raw:
            rest = compressed
            while rest:
                yield member.decompress(rest, CHUNK_BYTES)
                rest = member.unconsumed_tail
    except zlib.error as error:
        raise MalformedGzip from error
    if not member.eof or member.unused_data:
        raise MalformedGzip

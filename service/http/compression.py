"""gzip for answers that are worth it, at level 1: level 6 costs three times as much for little."""

import gzip
from functools import partial
from typing import Final

from flask import Request, Response

from service.core.offload import offload
from service.http.body import INLINE_BYTES_MAX
from service.http.conditional import CODING_SUFFIX

BYTES_MIN: Final = 1024
LEVEL: Final = 1

_COMPRESSIBLE: Final = (
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "text/",
)


def compress(request: Request, response: Response) -> None:
    """Compress ``response`` in place if its caller accepts that and it is worth it.

    The tag of what is sent then says so: a strong tag names bytes.
    """
    accepted = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    if "gzip" in accepted and _is_worth_it(request, response):
        text = response.get_data()
        small = partial(gzip.compress, text, LEVEL, mtime=0)
        response.set_data(small() if len(text) <= INLINE_BYTES_MAX else offload(small))
        response.headers["Content-Encoding"] = "gzip"
        if tag := response.headers.get("ETag"):
            response.headers["ETag"] = f'{tag[:-1]}{CODING_SUFFIX}"'


def _is_worth_it(request: Request, response: Response) -> bool:
    return (
        (response.content_length or 0) >= BYTES_MIN
        and not response.is_streamed
        and response.status_code != 206
        and "Content-Encoding" not in response.headers
        and response.headers.get("Content-Type", "").startswith(_COMPRESSIBLE)
        and request.accept_encodings.quality("gzip") > 0
    )

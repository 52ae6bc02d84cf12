"""Every failure leaves the server in one form: problem details (RFC 9457).

Families of ``ServiceError`` are mapped to a status here and nowhere else. The framework's own
exceptions, wherever they are raised, become the error of the family that their status belongs to,
and keep what they have to say in headers (``Allow``, ``Retry-After`` …).
"""

import logging
from typing import Any, Final

import orjson
from flask import Flask, Response, abort, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.core import errors, log
from service.core.errors import ServiceError
from service.http.validation import field_errors
from service.server.head import REFUSED

MEDIA_TYPE: Final = "application/problem+json"
CHALLENGE: Final = 'Bearer realm="syncline"'
RETRY_AFTER_SECONDS_DEFAULT: Final = 1


class UriTooLong(errors.Malformed):
    """The address of the request is too long. Put large input into the body."""

    code = "uri_too_long"
    title = "Address too long"


class HeadersTooLarge(errors.Malformed):
    """The header fields of the request are too large. Send fewer, or shorter ones."""

    code = "headers_too_large"
    title = "Header fields too large"


STATUS: Final[dict[type[ServiceError], int]] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    UriTooLong: 414,
    errors.UnsupportedMedia: 415,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    HeadersTooLarge: 431,
    ServiceError: 500,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
}
_FAMILY: Final = {status: family for family, status in STATUS.items()}
_logger = logging.getLogger(__name__)


def status_of(error: type[ServiceError]) -> int:
    """The HTTP status of an error: that of the nearest family it belongs to."""
    return next(STATUS[family] for family in error.__mro__ if family in STATUS)


def register_errors(app: Flask, public_url: str | None) -> None:
    """Answer every failure with a problem whose ``type`` is a page of this very server."""
    app.before_request(_refuse_what_the_server_refused)
    app.register_error_handler(ServiceError, lambda error: problem(error, public_url))
    app.register_error_handler(ValidationError, lambda error: problem(_invalid(error), public_url))
    app.register_error_handler(HTTPException, lambda error: _from_werkzeug(error, public_url))
    app.register_error_handler(Exception, lambda error: _unforeseen(error, public_url))


def _refuse_what_the_server_refused() -> None:
    if refused := request.environ.get(REFUSED):
        abort(refused)


def problem(error: ServiceError, public_url: str | None, status: int = 0) -> Response:
    """The answer that tells the caller of ``error``."""
    status = status or status_of(type(error))
    origin = public_url or request.host_url.rstrip("/")
    body = document(error, status, origin, log.request_id())
    response = Response(orjson.dumps(body), status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        wait = error.retry_after_seconds or RETRY_AFTER_SECONDS_DEFAULT
        response.headers["Retry-After"] = str(wait)
    if status == 401:
        response.headers["WWW-Authenticate"] = _challenge(error)
    return response


def _challenge(error: ServiceError) -> str:
    """RFC 6750 §3.1: a credential that came and was refused is told from one that did not come."""
    came = type(error) is not errors.Unauthenticated
    return f'{CHALLENGE}, error="invalid_token"' if came else CHALLENGE


def document(error: ServiceError, status: int, origin: str, request_id: str) -> dict[str, Any]:
    """The members of the problem: RFC 9457 §3.1, ``code``, ``request_id``, and the error's own."""
    members: dict[str, Any] = {
        "type": f"{origin}/docs/errors/{error.code}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
    }
    if error.errors:
        members["errors"] = [field.as_dict() for field in error.errors]
    return members | error.members


def _invalid(error: ValidationError) -> errors.Invalid:
    return errors.Invalid(errors=field_errors(error.messages))


def _from_werkzeug(error: HTTPException, public_url: str | None) -> Response:
    status = error.code or 500
    response = problem(_translated(error, status), public_url, status)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _translated(error: HTTPException, status: int) -> ServiceError:
    general = errors.Malformed if status < 500 else ServiceError
    family = _FAMILY.get(status, general)
    if isinstance(error, RequestEntityTooLarge):
        return family(limits={"body_bytes_max": request.max_content_length})
    said = family in (errors.Malformed, errors.UnsupportedMedia) and error.description
    return family(said or None)


def _unforeseen(error: Exception, public_url: str | None) -> Response:
    """A defect of ours: the log has all of it, the answer nothing but the id to find it by."""
    _logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(ServiceError(), public_url)

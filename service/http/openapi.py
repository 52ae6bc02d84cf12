"""What all operations of the OpenAPI document share, and what is added to each of them."""

from collections.abc import Iterable
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from apispec import APISpec

from service.core import driver_errors, errors, jsontext
from service.core.errors import ServiceError
from service.http import body as http_body
from service.http import errors as http_errors
from service.http.contract import Notes

Json = dict[str, Any]
ErrorClass = type[ServiceError]

SECURITY_SCHEME: Final = "api_key"
ORIGIN_UNKNOWN: Final = "https://syncline.example"
_REQUEST_ID_EXAMPLE: Final = "5f0e8bd1c9a24d0f86a3"

_TEXT: Final = {"type": "string"}

PARAMETERS: Final[dict[str, tuple[str, Json, str]]] = {
    "If-Match": (
        "The ETag that this write is based on, or `*` for any. Compared by epoch and seq.",
        _TEXT,
        '"7k2m9x4c1a.42"',
    ),
    "If-None-Match": (
        "Reading: the ETag you have; 304 says it is still true. Writing: `*`, it must not exist.",
        _TEXT,
        "*",
    ),
}
HEADERS: Final[dict[str, tuple[str, Json]]] = {
    "Request-Id": (
        "Names this request in the server's log. Give it when you report a problem.",
        _TEXT,
    ),
    "ETag": (
        "Names this state: send it in `If-None-Match` to read, in `If-Match` to write.",
        _TEXT,
    ),
    "Location": ("Where the new resource is.", {"type": "string", "format": "uri-reference"}),
    "Link": ('Other pages of this list: `rel="next"`, `"prev"`, `"first"` (RFC 8288).', _TEXT),
    "Retry-After": ("Seconds to wait before you try again.", {"type": "integer", "minimum": 0}),
    "Allow": ("The methods that this resource answers to.", _TEXT),
    "WWW-Authenticate": ("How to authenticate (RFC 6750).", _TEXT),
}
_HEADERS_BY_STATUS: Final[dict[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    503: ("Retry-After",),
}
_ALWAYS: Final[tuple[ErrorClass, ...]] = (
    errors.Invalid,
    ServiceError,
    errors.Unavailable,
    driver_errors.Busy,
    driver_errors.DatabaseDown,
)
_WRITING: Final[tuple[ErrorClass, ...]] = (errors.StorageFull,)
_GUARDED: Final[tuple[ErrorClass, ...]] = (errors.Unauthenticated, errors.Forbidden)
_WITH_BODY: Final[tuple[ErrorClass, ...]] = (
    errors.Malformed,
    http_body.MalformedGzip,
    errors.TooLarge,
    errors.UnsupportedMedia,
    http_body.UnsupportedCoding,
)
_WITH_JSON: Final[tuple[ErrorClass, ...]] = (
    jsontext.MalformedJson,
    jsontext.DuplicateKey,
    jsontext.TooDeep,
    jsontext.UnsafeValue,
)
PROBLEM: Final[Json] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Errors may have members beyond these.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The page about this error."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "For people. It may change; `code` does not."},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each place in the request that is wrong.",
            "items": {"$ref": "#/components/schemas/ProblemField"},
        },
    },
    "additionalProperties": True,
}
PROBLEM_FIELD: Final[Json] = {
    "type": "object",
    "required": ["detail", "code"],
    "properties": {
        "detail": {"type": "string"},
        "pointer": {
            "type": "string",
            "description": "A JSON Pointer into the body: `#/data/email`.",
        },
        "parameter": {"type": "string", "description": "The parameter's name."},
        "code": {"type": "string"},
    },
}
INFO: Final[Json] = {
    "description": (
        "A self-hosted sync service. Guides, and a page for every error code, are at `/docs`.\n\n"
        "Every request may carry a `Request-Id`, and every answer has one. Unknown members and "
        "unknown parameters are refused with 422."
    ),
    "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
}


def register_shared(spec: APISpec) -> None:
    """Add the components that operations refer to. Headers and parameters appear when used."""
    components = spec.components
    components.schema("Problem", PROBLEM)
    components.schema("ProblemField", PROBLEM_FIELD)
    components.security_scheme(
        SECURITY_SCHEME,
        {"type": "http", "scheme": "bearer", "description": "An API key: `syn_sk_…`."},
    )
    for name, (description, schema) in HEADERS.items():
        components.header(name, {"description": description, "schema": schema}, lazy=True)
    for name, (description, schema, example) in PARAMETERS.items():
        parameter = {"description": description, "schema": schema, "example": example}
        components.parameter(name, "header", parameter, lazy=True)


def complete(operation: Json, notes: Notes, spec: APISpec, origin: str) -> Json:
    """Add to ``operation`` what follows from its guard, its body and its ``fails``."""
    operation["operationId"] = notes["name"]
    operation["security"] = _security(notes.get("policy"))
    if headers := notes.get("headers"):
        operation["parameters"] = [*operation.get("parameters", []), *headers]
    _repeat_body_for_other_media_types(operation, notes.get("media_types", ()))
    responses = operation.setdefault("responses", {})
    for status, classes in _failures(operation, notes):
        responses[status] = _shared_failure(status, classes, spec, origin)
    return operation


def example_of(error: ErrorClass, origin: str) -> Json:
    """A problem as ``error`` makes it; its class may show members of its own as ``example``."""
    members: Json = getattr(error, "example", {})
    failure = error(**members)
    return http_errors.document(failure, http_errors.status_of(error), origin, _REQUEST_ID_EXAMPLE)


def _security(policy: Any) -> list[Json]:
    return [] if policy is None else [{SECURITY_SCHEME: [policy.scope]}]


def _repeat_body_for_other_media_types(operation: Json, media_types: tuple[str, ...]) -> None:
    for other in media_types[1:]:
        content = operation["requestBody"]["content"]
        content[other] = content[media_types[0]]


def _failures(operation: Json, notes: Notes) -> list[tuple[int, tuple[ErrorClass, ...]]]:
    """The errors an operation may answer, by status; each class once, general ones first."""
    found = {*_ALWAYS, *notes.get("fails", ())}
    if notes.get("policy") is not None:
        found.update(_GUARDED)
    if notes["writes"]:
        found.update(_WRITING)
    if _has_query(operation):
        found.add(http_errors.UriTooLong)
    if body := operation.get("requestBody"):
        found.update(_WITH_BODY)
        found.update(_WITH_JSON if any("json" in media for media in body["content"]) else ())
    ordered = sorted(found, key=_rank)
    return [(status, tuple(same)) for status, same in groupby(ordered, http_errors.status_of)]


def _has_query(operation: Json) -> bool:
    parameters = operation.get("parameters", ())
    return any(isinstance(each, dict) and each["in"] == "query" for each in parameters)


def _rank(error: ErrorClass) -> tuple[int, int, str]:
    return http_errors.status_of(error), len(error.__mro__), error.code


def _shared_failure(
    status: int, classes: tuple[ErrorClass, ...], spec: APISpec, origin: str
) -> str:
    """The name of the component that describes these errors, made by the first who has them."""
    name = f"{status}." + ".".join(error.code for error in classes)
    if name not in spec.components.responses:
        spec.components.response(name, _failure(status, classes, origin))
    return name


def _failure(status: int, classes: Iterable[ErrorClass], origin: str) -> Json:
    classes = list(classes)
    headers = ("Request-Id", *_HEADERS_BY_STATUS.get(status, ()))
    examples = {error.code: _example(error, origin) for error in classes}
    return {
        "description": "\n".join([HTTPStatus(status).phrase, "", *map(_line, classes)]),
        "headers": {name: name for name in headers},
        "content": {
            http_errors.MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples,
            }
        },
    }


def _line(error: ErrorClass) -> str:
    return f"- `{error.code}`: {error.summary()}"


def _example(error: ErrorClass, origin: str) -> Json:
    return {"summary": error.title, "value": example_of(error, origin)}

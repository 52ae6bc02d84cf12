"""What a route promises, written above it: ``takes``, ``answers``, ``fails``.

These decorators write into the route's documentation and return the very function they were given:
they cost nothing when a request comes. The view reads its input itself (``read_json``,
``read_query``) and returns a Response; tests hold both against the OpenAPI document that this
makes.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import marshmallow as ma

from service.core.errors import ServiceError
from service.http.body import JSON

Function = TypeVar("Function", bound=Callable[..., Any])
SchemaOrDict = ma.Schema | dict[str, Any]
Notes = dict[str, Any]

NOTES = "_apidoc"  # where flask-smorest keeps them
POLICY = "__policy__"  # where a guard leaves what a route demands
SUCCESS_MEDIA_TYPE = "application/json"


def takes(
    *,
    body: SchemaOrDict | None = None,
    example: object = None,
    media_types: tuple[str, ...] = JSON,
    query: ma.Schema | None = None,
    headers: Sequence[str] = (),
) -> Callable[[Function], Function]:
    """Say what a request has: a ``body`` with an ``example``, ``query`` parameters, headers.

    ``headers`` names shared parameters of the document, such as ``If-Match``. Parameters that are
    not in ``query`` are refused before the view runs.
    """
    require_instance(body)
    require_instance(query)

    def decorate(view: Function) -> Function:
        notes = notes_of(view)
        parameters = notes.setdefault("arguments", {}).setdefault("parameters", [])
        if body is not None:
            parameters.append(_body(body, example, media_types[0]))
            notes["media_types"] = media_types
        if query is not None:
            parameters.append({"in": "query", "schema": query})
        notes.setdefault("headers", []).extend(headers)
        return view

    return decorate


def answers(
    status: int,
    schema: SchemaOrDict | None = None,
    *,
    example: object = None,
    headers: Sequence[str] = (),
    media_type: str = SUCCESS_MEDIA_TYPE,
    description: str | None = None,
) -> Callable[[Function], Function]:
    """Say how a success is answered; once for each status, and for each media type of it.

    ``headers`` names shared response headers of the document, such as ``ETag`` and ``Location``.
    """
    require_instance(schema)
    answer = {
        "description": description or HTTPStatus(status).phrase,
        "headers": {name: name for name in ("Request-Id", *headers)},
        "content_type": media_type,
        "schema": schema,
        "example": example,
    }
    answer = {name: value for name, value in answer.items() if value is not None}

    def decorate(view: Function) -> Function:
        responses = notes_of(view).setdefault("response", {}).setdefault("responses", {})
        responses.setdefault(status, []).append(answer)
        return view

    return decorate


def fails(*errors: type[ServiceError]) -> Callable[[Function], Function]:
    """Say which errors a route may answer beyond those that its body and its guard bring along."""

    def decorate(view: Function) -> Function:
        notes_of(view).setdefault("fails", []).extend(errors)
        return view

    return decorate


def notes_of(view: Callable[..., Any]) -> Notes:
    """The documentation that hangs on ``view``."""
    notes: Notes = vars(view).setdefault(NOTES, {})
    return notes


def require_instance(schema: object) -> None:
    """Raise TypeError for a schema class: it would be built again for each request."""
    if isinstance(schema, type):
        raise TypeError(f"Pass an instance of {schema.__name__}, not the class.")


def _body(schema: SchemaOrDict, example: object, media_type: str) -> dict[str, Any]:
    body = {"in": "json", "required": True, "schema": schema, "content_type": media_type}
    return body if example is None else {**body, "example": example}


def public(view: Function) -> Function:
    """Say that a route answers anybody, without a credential."""
    vars(view)[POLICY] = None
    return view

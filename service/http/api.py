"""Routes and the OpenAPI document that they make: flask-smorest, made strict.

A route is a function. From it come the operation's id (its name, so names are unique over all
routes), its summary and description (its docstring), and what it demands of a caller:
``__policy__``, which the guard left on it, an object with ``action`` and ``scope``, None for a
public route. What else it promises is written above it with ``takes``, ``answers`` and ``fails``.
"""

from collections.abc import Callable
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final, TypeVar

import flask_smorest
import marshmallow as ma
import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

from service.core.names import NO_NEWLINE
from service.http.conditional import not_modified
from service.http.contract import POLICY, Notes, notes_of, public
from service.http.openapi import INFO, ORIGIN_UNKNOWN, Json, complete, register_shared
from service.http.openapi_whole import finished
from service.http.query import names_in, refuse_undeclared

OPENAPI_PATH: Final = "/v1/openapi.json"
OPENAPI_VERSION: Final = "3.1.0"

View = Callable[..., Any]
Route = TypeVar("Route", bound=View)
Options = Any  # those of flask-smorest, passed on as they are


class IdConverter(BaseConverter):
    """``<id:space>`` in a rule: an id or a name. With anything else there is no such path."""

    regex = "[A-Za-z0-9_-]{1,64}"


class Blueprint(flask_smorest.Blueprint):
    """The routes of one feature; its name is their tag in the document."""

    def __init__(self, name: str, import_name: str, **options: Options) -> None:
        super().__init__(name, import_name, **options)
        self._declared: dict[str, frozenset[str]] = {}
        self._prepare_doc_cbks = [
            self._prepare_arguments_doc,
            self._prepare_response_doc,
            _prepare_contract_doc,
        ]
        self.before_request(self._check_query)

    def get(self, rule: str) -> Callable[[Route], Route]:
        """The decorated function answers GET, and HEAD, at ``rule``."""
        return self._route(rule, "GET")

    def post(self, rule: str) -> Callable[[Route], Route]:
        """The decorated function answers POST at ``rule``."""
        return self._route(rule, "POST")

    def put(self, rule: str) -> Callable[[Route], Route]:
        """The decorated function answers PUT at ``rule``."""
        return self._route(rule, "PUT")

    def patch(self, rule: str) -> Callable[[Route], Route]:
        """The decorated function answers PATCH at ``rule``."""
        return self._route(rule, "PATCH")

    def delete(self, rule: str) -> Callable[[Route], Route]:
        """The decorated function answers DELETE at ``rule``."""
        return self._route(rule, "DELETE")

    def _route(self, rule: str, method: str) -> Callable[[Route], Route]:
        decorator: Callable[[Route], Route] = self.route(rule, methods=[method])
        return decorator

    def _store_endpoint_docs(
        self, endpoint: str, obj: View, *rest: Options, **options: Options
    ) -> None:
        if isinstance(obj, type):
            raise TypeError(f"{obj.__name__}: routes are functions.")
        notes = notes_of(obj)
        notes["name"] = obj.__name__
        notes["policy"] = getattr(obj, POLICY, None)
        self._declared[f"{self.name}.{endpoint}"] = _declared_query(notes)
        super()._store_endpoint_docs(endpoint, obj, *rest, **options)

    def _check_query(self) -> None:
        if request.environ["QUERY_STRING"]:
            refuse_undeclared(self._declared[request.endpoint or ""])


class SchemaConverter(OpenAPIConverter):
    """How a field is documented."""

    def field2pattern(self, field: ma.fields.Field[Any], **options: Options) -> Json:
        """The pattern as every dialect reads it: in JSON Schema ``$`` is the end, nothing else."""
        said: Json = super().field2pattern(field, **options)
        return {name: pattern.replace(NO_NEWLINE, "") for name, pattern in said.items()}

    def list2param(self, field: ma.fields.Field[Any], **options: Options) -> Json:
        """How a parameter of several parts is written: ``filter[name]=value`` for a Dict."""
        if isinstance(field, ma.fields.Dict):
            return {"style": "deepObject", "explode": True}
        said: Json = super().list2param(field, **options)
        return said


class SchemaPlugin(MarshmallowPlugin):
    """How schemas are documented."""

    Converter = SchemaConverter


class Api(flask_smorest.Api):
    """Every blueprint is registered here. Serves the document at OPENAPI_PATH."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # each operation lists the errors that it has

    def __init__(self, app: Flask, *, version: str, public_url: str | None) -> None:
        self.origin = public_url or ORIGIN_UNKNOWN
        self._operations: set[str] = set()
        shared = {"title": "Syncline", "version": version, "openapi_version": OPENAPI_VERSION}
        servers = [{"url": public_url or "/"}]
        plugin = SchemaPlugin(schema_name_resolver=_schema_name)
        options = {"info": dict(INFO), "servers": servers, "marshmallow_plugin": plugin}
        super().__init__(app, spec_kwargs={**shared, **options})
        register_shared(self.spec)
        app.url_map.converters["id"] = IdConverter
        self.register_converter(IdConverter, _id_schema)

    def claim(self, operation: str) -> None:
        """Reserve an operation's id. Raises ValueError when another route has it."""
        if operation in self._operations:
            raise ValueError(f"Two routes are called {operation}: the names are operation ids.")
        self._operations.add(operation)

    def document(self) -> Json:
        """The OpenAPI document."""
        return finished(self.spec.to_dict())

    def _register_doc_blueprint(self) -> None:
        self._app.add_url_rule(OPENAPI_PATH, "openapi", self._openapi_json)

    def _register_error_handlers(self) -> None:
        """The application registers its own."""

    def _register_responses(self) -> None:
        """Those of flask-smorest are of another form."""

    def _register_pagination_header(self) -> None:
        """Lists say in their body how they go on."""

    @public
    def _openapi_json(self) -> Response:
        body, tag = self._rendered
        return not_modified(request, tag) or _tagged(body, tag)

    @cached_property
    def _rendered(self) -> tuple[bytes, str]:
        body = orjson.dumps(self.document())
        return body, f'"{blake2b(body, digest_size=8).hexdigest()}"'


def _tagged(body: bytes, tag: str) -> Response:
    response = Response(body, content_type="application/json")
    response.headers["ETag"] = tag
    return response


def _schema_name(schema: ma.Schema | type[ma.Schema]) -> str:
    """What a schema is called in the document; ``RecordPatch`` if all of it is optional."""
    made = schema() if isinstance(schema, type) else schema
    return type(made).__name__ + ("Patch" if made.partial is True else "")


def _id_schema(_converter: IdConverter) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"}


def _declared_query(notes: Notes) -> frozenset[str]:
    parameters = notes.get("arguments", {}).get("parameters", [])
    declared = [names_in(each["schema"]) for each in parameters if each["in"] == "query"]
    return frozenset().union(*declared)


def _prepare_contract_doc(
    operation: Json,
    notes: Notes,
    *,
    api: Api,
    spec: APISpec,
    method: str,
    **_others: Options,
) -> Json:
    api.claim(notes["name"])
    return complete(operation, {**notes, "writes": method != "get"}, spec, api.origin)

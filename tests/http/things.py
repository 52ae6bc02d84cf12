"""A small application with every kind of route, for the tests of the HTTP grammar."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import marshmallow as ma
import orjson
from flask import Flask, Response, request
from flask.testing import FlaskClient

from service.core.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.core.settings import load_settings
from service.http.api import Api, Blueprint
from service.http.body import MERGE_PATCH, body_chunks, read_json
from service.http.conditional import etag, not_modified, precondition
from service.http.contract import answers, fails, public, takes
from service.http.fields import Integer, QueryInteger, Schema, String
from service.http.install import install_http
from service.http.query import read_query

JSON = "application/json"
EPOCH, SEQ = "7k2m9x4c1a", 42
THING = {"id": "a", "name": "Ada"}
UPLOAD_BYTES_MAX = 200_000

blueprint = Blueprint("things", __name__, url_prefix="/v1/things", description="Things.")


class ThingIn(Schema):
    name = String(required=True, validate=ma.validate.Length(1, 40))
    size = Integer(validate=ma.validate.Range(0, 9))


class Thing(ThingIn):
    id = String(required=True)


class ThingQuery(Schema):
    limit = QueryInteger(load_default=20, validate=ma.validate.Range(1, 100))
    filter = ma.fields.Dict()


class Nothing(NotFound):
    """There is no such thing. Look for another."""

    code = "no_thing"
    title = "No thing"


def guarded(view: Callable[..., Response]) -> Callable[..., Response]:
    vars(view)["__policy__"] = SimpleNamespace(action="things.read", scope="things:read")
    return view


@blueprint.get("")
@public
@takes(query=ThingQuery())
@answers(200, Thing(many=True), example=[THING], headers=("Link",))
def list_things() -> Response:
    """List things."""
    return Response(orjson.dumps({"query": read_query(ThingQuery())}), content_type=JSON)


@blueprint.get("/<id:thing>")
@guarded
@answers(200, Thing(), example=THING, headers=("ETag",))
@answers(304)
@fails(Nothing)
def get_thing(thing: str) -> Response:
    """Read a thing.

    It is always the same.
    """
    if thing != THING["id"]:
        raise Nothing(thing=thing)
    tag = etag(EPOCH, SEQ)
    return not_modified(request, tag) or _thing(tag)


@blueprint.patch("/<id:thing>")
@guarded
@takes(body=ThingIn(partial=True), example=THING, media_types=MERGE_PATCH, headers=("If-Match",))
@answers(200, Thing(), example=THING, headers=("ETag",))
@fails(Nothing, PreconditionFailed, PreconditionRequired)
def patch_thing(thing: str) -> Response:
    """Change a thing."""
    precondition(request).require((EPOCH, SEQ), current=THING)
    return Response(orjson.dumps(read_json(media_types=MERGE_PATCH)), content_type=JSON)


@blueprint.post("")
@public
@takes(body=ThingIn(), example={"name": "Ada"})
@answers(201, Thing(), example=THING)
def create_thing() -> Response:
    """Make a thing."""
    made = {"id": "b", **ThingIn().load(read_json())}
    return Response(orjson.dumps(made), 201, content_type=JSON)


@blueprint.post("/echo")
@public
@takes(body={}, example={"any": "thing"})
@answers(200, {}, example={"any": "thing"})
def echo_thing() -> Response:
    """Say it back."""
    return Response(orjson.dumps(read_json()), content_type=JSON)


@blueprint.post("/uploads")
@public
@takes(body={"type": "string"}, media_types=("text/csv",))
@answers(200, {"type": "integer"})
def upload_thing() -> Response:
    """Count the bytes of a stream."""
    return Response(str(sum(map(len, body_chunks(UPLOAD_BYTES_MAX)))), content_type=JSON)


@blueprint.get("/stream")
@public
@answers(200, media_type="text/plain")
def stream_things() -> Response:
    """Send two pieces."""
    return Response(iter([b"one ", b"two"]), content_type="text/plain")


@blueprint.get("/broken")
@public
def break_thing() -> Response:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("syn_sk_0123456789 in a message")


def things_app(directory: Path, **environ: str) -> tuple[Flask, Api]:
    settings = load_settings({"DATA_DIR": str(directory), **environ})
    app = Flask("things", static_folder=None)
    install_http(app, settings)
    api = Api(app, version="1.2.3", public_url=settings.public_url)
    api.register_blueprint(blueprint)
    return app, api


def client_of(directory: Path, **environ: str) -> FlaskClient:
    return things_app(directory, **environ)[0].test_client()


def _thing(tag: str) -> Response:
    return Response(orjson.dumps(THING), content_type=JSON, headers={"ETag": tag})

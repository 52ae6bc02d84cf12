"""Routes, and the OpenAPI document that they make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from flask.views import MethodView
from openapi_spec_validator import validate

from service.http.api import Api, Blueprint
from service.http.contract import answers, fails, takes
from tests.http.things import THING, Nothing, ThingIn, client_of, get_thing, things_app

Json = dict[str, Any]


@pytest.fixture
def document(tmp_path: Path) -> Json:
    document: Json = things_app(tmp_path, PUBLIC_URL="https://sync.example.org")[1].document()
    return document


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path)


def resolved(document: Json, reference: Json) -> Json:
    found: Any = document
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def codes(document: Json, operation: Json, status: str) -> set[str]:
    response = resolved(document, operation["responses"][status])
    return set(response["content"]["application/problem+json"]["examples"])


def test_it_is_openapi_3_1(document: Json) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://sync.example.org"}]
    validate(document)


def test_operations_are_called_as_their_functions(document: Json) -> None:
    operations = document["paths"]["/v1/things/{thing}"]
    assert operations["get"]["operationId"] == "get_thing"
    assert operations["get"]["summary"] == "Read a thing."
    assert operations["get"]["description"] == "It is always the same."
    assert operations["patch"]["operationId"] == "patch_thing"


def test_a_guard_becomes_a_security_requirement(document: Json) -> None:
    paths = document["paths"]
    assert paths["/v1/things/{thing}"]["get"]["security"] == [{"api_key": ["things:read"]}]
    assert paths["/v1/things"]["get"]["security"] == []


def test_a_guarded_route_answers_401_and_403(document: Json) -> None:
    responses = document["paths"]["/v1/things/{thing}"]["get"]["responses"]
    assert set(responses) == {"200", "304", "401", "403", "404", "422", "500", "503"}
    unauthenticated = resolved(document, responses["401"])
    assert set(unauthenticated["headers"]) == {"Request-Id", "WWW-Authenticate"}


def test_a_route_with_a_body_answers_what_bodies_do_wrong(document: Json) -> None:
    operation = document["paths"]["/v1/things/{thing}"]["patch"]
    assert codes(document, operation, "400") == {
        "malformed",
        "malformed_gzip",
        "malformed_json",
        "duplicate_key",
        "json_too_deep",
    }
    assert codes(document, operation, "415") == {"unsupported_media_type", "unsupported_coding"}
    assert codes(document, operation, "422") == {"invalid", "unsafe_value"}
    assert codes(document, operation, "404") == {"no_thing"}
    assert {"412", "413", "428"} < set(operation["responses"])


def test_an_upload_is_no_json(document: Json) -> None:
    operation = document["paths"]["/v1/things/uploads"]["post"]
    assert list(operation["requestBody"]["content"]) == ["text/csv"]
    assert codes(document, operation, "400") == {"malformed", "malformed_gzip"}


def test_every_error_has_an_example_as_it_is_sent(document: Json) -> None:
    operation = document["paths"]["/v1/things/{thing}"]["get"]
    response = resolved(document, operation["responses"]["404"])
    problem = response["content"]["application/problem+json"]["examples"]["no_thing"]["value"]
    assert problem["type"] == "https://sync.example.org/docs/errors/no_thing"
    assert (problem["status"], problem["code"]) == (404, "no_thing")


def test_bodies_have_their_examples_in_each_media_type(document: Json) -> None:
    content = document["paths"]["/v1/things/{thing}"]["patch"]["requestBody"]["content"]
    assert set(content) == {"application/merge-patch+json", "application/json"}
    assert content["application/json"]["example"] == THING
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/ThingInPatch"}


def test_shared_headers_are_references(document: Json) -> None:
    operation = document["paths"]["/v1/things/{thing}"]["patch"]
    assert {"$ref": "#/components/parameters/If-Match"} in operation["parameters"]
    headers = operation["responses"]["200"]["headers"]
    assert headers["ETag"] == {"$ref": "#/components/headers/ETag"}
    assert set(headers) == {"ETag", "Request-Id"}


def test_ids_in_paths_have_their_pattern(document: Json) -> None:
    (parameter,) = document["paths"]["/v1/things/{thing}"]["parameters"]
    assert parameter["schema"]["pattern"] == "^[A-Za-z0-9_-]+$"
    assert parameter["schema"]["maxLength"] == 64


def test_query_parameters_are_listed(document: Json) -> None:
    parameters = document["paths"]["/v1/things"]["get"]["parameters"]
    assert [each["name"] for each in parameters] == ["limit", "filter"]


def test_the_document_is_served_with_a_tag(client: FlaskClient) -> None:
    answer = client.get("/v1/openapi.json")
    tag = answer.headers["ETag"]
    assert answer.get_json()["info"]["version"] == "1.2.3"
    assert client.get("/v1/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_a_slash_at_the_end_changes_nothing(client: FlaskClient) -> None:
    assert client.get("/v1/things/").status_code == 200


def test_what_a_route_promises_costs_it_nothing() -> None:
    def view() -> Response:
        raise NotImplementedError

    promised = answers(200)(takes(body={}, headers=("If-Match",))(fails(Nothing)(view)))
    assert promised is view


@pytest.mark.parametrize(
    "promise",
    [
        lambda: takes(body=ThingIn),  # type: ignore[arg-type]
        lambda: takes(query=ThingIn),  # type: ignore[arg-type]
        lambda: answers(200, ThingIn),  # type: ignore[arg-type]
    ],
)
def test_a_schema_class_is_refused(promise: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="instance of ThingIn"):
        promise()


def test_a_route_is_a_function() -> None:
    with pytest.raises(TypeError, match="functions"):
        Blueprint("b", __name__).route("/b")(MethodView)


def test_two_routes_cannot_have_one_name() -> None:
    first, second = Blueprint("a", __name__), Blueprint("b", __name__)
    first.add_url_rule("/a", view_func=get_thing)
    second.add_url_rule("/b", view_func=get_thing)
    api = Api(Flask("twins"), version="1", public_url=None)
    api.register_blueprint(first)
    with pytest.raises(ValueError, match="get_thing"):
        api.register_blueprint(second)

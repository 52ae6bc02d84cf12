"""The OpenAPI document is valid, whole, and true to its own schemas."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from service.http.openapi import HEADERS
from tests.document import METHODS, Document, Json, Operation, examples_of

HEADERS_OF_STATUS = {
    "202": "Location",
    "304": "ETag",
    "401": "WWW-Authenticate",
    "503": "Retry-After",
}


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    return list(document.operations.values())


def contents(operation: Operation) -> Iterator[tuple[str, Json]]:
    """Everything with a body that it takes or answers, and where that is."""
    for media_type, content in operation.bodies.items():
        yield f"{operation.name} takes {media_type}", content
    for status, response in operation.responses.items():
        for media_type, content in response.get("content", {}).items():
            yield f"{operation.name} answers {status} {media_type}", content


def nodes(value: object) -> Iterator[Json]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def test_it_is_a_valid_document(document: Document) -> None:
    assert document.said["openapi"] == "3.1.0"
    validate(document.said, cls=OpenAPIV31SpecValidator)


def test_every_reference_leads_somewhere_and_every_component_is_used(document: Document) -> None:
    referred = {node["$ref"] for node in nodes(document.said) if "$ref" in node}
    components = {
        f"#/components/{kind}/{name}"
        for kind, named in document.said["components"].items()
        for name in named
        if kind != "securitySchemes"
    }
    assert referred == components


def test_every_operation_has_an_id_of_its_own(document: Document) -> None:
    ids = [
        item[method].get("operationId")
        for item in document.said["paths"].values()
        for method in METHODS
        if method in item
    ]
    assert [name for name, n in Counter(ids).items() if n > 1 or not name] == []
    assert [name for name in ids if not re.fullmatch("[a-z][a-z0-9_]{2,39}", name)] == []


def test_every_parameter_is_described_and_has_a_type(operations: list[Operation]) -> None:
    vague = {
        f"{operation.name} {parameter['name']}"
        for operation in operations
        for parameter in operation.parameters
        if not (parameter.get("description") and parameter.get("schema"))
    }
    assert vague == set()


def test_every_tag_is_described(document: Document, operations: list[Operation]) -> None:
    described = {tag["name"] for tag in document.said["tags"] if tag.get("description")}
    assert {tag for operation in operations for tag in operation.said["tags"]} == described


def test_every_example_is_what_its_schema_says(
    document: Document, operations: list[Operation]
) -> None:
    faults = [
        f"{where}: {fault.message} at {fault.instance_path}"
        for operation in operations
        for where, content in contents(operation)
        for example in examples_of(content)
        for fault in document.validator(content["schema"], is_closed=True).iter_errors(example)
    ]
    assert faults == []


def test_every_answer_has_the_headers_of_its_status(operations: list[Operation]) -> None:
    lacking = {
        f"{operation.name} {status} {header}"
        for operation in operations
        for status, header in HEADERS_OF_STATUS.items()
        if status in operation.responses
        and header not in operation.responses[status].get("headers", {})
    }
    assert lacking == set()


def test_every_answer_has_a_request_id_and_no_unknown_header(operations: list[Operation]) -> None:
    headers = [
        set(response.get("headers", {}))
        for operation in operations
        for response in operation.responses.values()
    ]
    assert [said for said in headers if "Request-Id" not in said or said - set(HEADERS)] == []


def test_every_error_is_a_problem(operations: list[Operation]) -> None:
    others = {
        f"{operation.name} {status}"
        for operation in operations
        for status, response in operation.responses.items()
        if status >= "4" and set(response["content"]) != {"application/problem+json"}
    }
    assert others == set()


def test_what_is_sent_is_closed_and_what_is_answered_is_open(document: Document) -> None:
    """New members come within a major version: a client must not be made to refuse them."""
    schemas = document.said["components"]["schemas"]
    assert schemas["RecordPut"]["additionalProperties"] is False
    assert schemas["IndexFieldIn"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["RecordOut"]


def test_no_pattern_needs_more_than_every_dialect_has(document: Document) -> None:
    patterns = {
        node["pattern"] for node in nodes(document.said) if isinstance(node.get("pattern"), str)
    }
    assert [pattern for pattern in patterns if "(?" in pattern or "\\Z" in pattern] == []


def test_every_path_of_the_contract_is_below_its_version(document: Document) -> None:
    paths = set(document.said["paths"]) - {"/healthz", "/readyz"}
    assert {path for path in paths if not path.startswith("/v1/")} == set()

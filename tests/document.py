"""The OpenAPI document for tests: its operations by name, its references followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask
from jsonschema_rs import Draft202012Validator

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """``said`` is what the document says of it."""

    name: str
    method: str
    path: str
    said: Json
    parameters: list[Json]
    responses: dict[str, Json]

    @property
    def bodies(self) -> Json:
        """What it takes, by media type."""
        content: Json = self.said.get("requestBody", {}).get("content", {})
        return content

    @property
    def codes(self) -> dict[str, list[str]]:
        """The codes of its errors, by status."""
        return {
            status: list(content["examples"])
            for status, response in self.responses.items()
            for media_type, content in response.get("content", {}).items()
            if media_type == "application/problem+json"
        }


class Document:
    """What the service promises."""

    def __init__(self, said: Json) -> None:
        self.said = said

    @classmethod
    def of(cls, app: Flask) -> "Document":
        """As ``app`` serves it."""
        return cls(app.test_client().get("/v1/openapi.json").get_json())

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation, by its id."""
        return {operation.name: operation for operation in self._operations()}

    def follow(self, node: Any) -> Any:
        """What ``node`` refers to; itself if it does not."""
        while isinstance(node, dict) and "$ref" in node:
            steps = node["$ref"].removeprefix("#/").split("/")
            node = self.said
            for step in steps:
                node = node[step]
        return node

    def validator(self, schema: Json, *, is_closed: bool = False) -> Draft202012Validator:
        """Checks values against a schema of the document.

        A closed one refuses members that are not documented, which clients have to put up with.
        """
        whole = {**schema, "components": {"schemas": self.said["components"]["schemas"]}}
        return Draft202012Validator(closed(whole) if is_closed else whole, validate_formats=True)

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.said["paths"].items():
            for method in set(METHODS) & set(item):
                said = item[method]
                told = [*item.get("parameters", ()), *said.get("parameters", ())]
                responses = {status: self.follow(it) for status, it in said["responses"].items()}
                parameters = list(map(self.follow, told))
                name = said["operationId"]
                yield Operation(name, method, path, said, parameters, responses)


def closed(schema: Any) -> Any:
    """``schema``, in which an object has no members but those that are named."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    names_members = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    return {"additionalProperties": False, **inner} if names_members else inner


def examples_of(content: Json) -> list[Any]:
    """The examples of a body, in the one form or the other."""
    named = [example["value"] for example in content.get("examples", {}).values()]
    return [content["example"]] if "example" in content else named

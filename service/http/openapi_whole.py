"""What is said of the OpenAPI document once all of it is there.

What a client sends is closed: a member that is not documented is refused. What it gets is open,
because members are added within a major version, and a client that was generated before has to
live with that.
"""

from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

SCHEMAS: Final = "#/components/schemas/"


def finished(document: Json) -> Json:
    """``document``, completed in place."""
    for path in document["paths"].values():
        _describe_ids(path)
    schemas = document["components"]["schemas"]
    for name in set(schemas) - set(_sent(document["paths"], schemas)):
        if schemas[name].get("additionalProperties") is False:
            del schemas[name]["additionalProperties"]
    return document


def _describe_ids(path: Json) -> None:
    for parameter in path.get("parameters", ()):
        parameter.setdefault("description", f"Which {parameter['name']}: its id.")


def _sent(paths: Json, schemas: Json) -> set[str]:
    """The names of the schemas that requests are made of."""
    operations = [value for path in paths.values() for value in path.values()]
    bodies = [each.get("requestBody") for each in operations if isinstance(each, dict)]
    found: set[str] = set()
    pending = list(_references(bodies))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(_references(schemas[name]))
    return found


def _references(value: object) -> Iterator[str]:
    """The names of the schemas that ``value`` refers to."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith(SCHEMAS):
            yield reference.removeprefix(SCHEMAS)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)

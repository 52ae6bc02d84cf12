"""Query parameters: each one declared, and said once.

A parameter that the server does not know is a misunderstanding, and one that is said twice has two
readers who disagree. Both are refused for every operation, before its view runs, by the names it
declared.
"""

from typing import Any

import marshmallow as ma
from flask import request

from service.core.errors import FieldError, Invalid
from service.core.names import FILTER_START
from service.http.validation import field_errors

FILTERS = "filter"
"""The one parameter with members of its own: ``filter[field][operator]=value``."""


def names_in(schema: ma.Schema) -> frozenset[str]:
    """The parameters that ``schema`` declares."""
    return frozenset(field.data_key or name for name, field in schema.fields.items())


def refuse_undeclared(declared: frozenset[str]) -> None:
    """Raise Invalid when the query says anything that is not ``declared``, or says it twice."""
    faults = [
        fault
        for name, values in request.args.lists()
        if (fault := _fault(name, len(values), declared))
    ]
    if faults:
        raise Invalid(errors=faults)


def read_query(schema: ma.Schema) -> Any:
    """The query as ``schema`` loads it. Raises Invalid."""
    try:
        return schema.load(request.args.to_dict())
    except ma.ValidationError as error:
        raise Invalid(errors=field_errors(error.messages, "query")) from None


def _fault(name: str, times: int, declared: frozenset[str]) -> FieldError | None:
    known = name in declared or (FILTERS in declared and name.startswith(FILTER_START))
    if not known:
        takes = ", ".join(sorted(declared)) or "none"
        detail = f"There is no such parameter here; known: {takes}."
        return FieldError(detail, parameter=name, code="unknown")
    if times > 1:
        return FieldError("Say it once.", parameter=name, code="repeated")
    return None

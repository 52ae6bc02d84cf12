"""Schemas and fields of the contract: what JSON says is taken as it is said, or refused.

marshmallow is generous: it reads ``"7"`` and 7.0 as 7 and "yes" as true. A client that sends those
has a defect that should show at once, so a body's fields take their own JSON type only. Parameters
in the query are text, and have fields of their own.
"""

import re
from typing import Any

import marshmallow as ma

from service.core.jsontext_faults import INTEGER_MAX, is_safe_text

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,16}")


class Schema(ma.Schema):
    """The base of all schemas: what is not declared is refused."""

    class Meta:
        """An unknown member is an error (422), never silently dropped."""

        unknown = ma.RAISE


class String(ma.fields.String):
    """Text that both databases and every client can keep: no U+0000, no half surrogate pair."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not is_safe_text(value):
            raise ma.ValidationError("Must not hold U+0000 or half a surrogate pair.")
        return value


class Integer(ma.fields.Integer):
    """A whole number of JSON, within ±(2^53 - 1): not 1.0, not "1", not true."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or abs(value) > INTEGER_MAX:
            raise self.make_error("invalid")
        return value


class Boolean(ma.fields.Boolean):
    """true or false of JSON."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class QueryInteger(ma.fields.Integer):
    """A whole number in the query: decimal digits, perhaps a minus."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _WHOLE_NUMBER.fullmatch(value):
            raise self.make_error("invalid")
        return int(value)

"""A collection as other rooms see it: the rules for its records, ready to be applied."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from service.core.errors import FieldError
from service.spaces.index import Index
from service.spaces.schema import Validator

OnConflict = Literal["reject", "merge", "overwrite"]
ON_CONFLICT: Final[tuple[OnConflict, ...]] = get_args(OnConflict)


@dataclass(frozen=True, slots=True)
class Collection:
    """``schema`` (JSON text) and ``validator`` are None where any object will do."""

    name: str
    schema: str | None
    validator: Validator | None
    indexes: tuple[Index, ...]
    on_conflict: OnConflict

    def accepts(self, data: dict[str, Any]) -> bool:
        """Whether ``data`` fits the schema."""
        return self.validator is None or self.validator.accepts(data)

    def errors_of(self, data: dict[str, Any]) -> tuple[FieldError, ...]:
        """What is wrong with ``data``, with pointers below ``#/data``; empty when it fits."""
        return () if self.validator is None else tuple(self.validator.errors(data))

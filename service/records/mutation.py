"""What a client wants done to one record, and what came of it.

A REST request is a push of one mutation: both are written by the same code, in the same groups.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import orjson

from service.core.errors import FieldError
from service.core.precondition import Precondition
from service.records.record import Record, as_json
from service.spaces.collections import OnConflict

Op = Literal["put", "patch", "delete"]


class SeenVersion(NamedTuple):
    """The version that an edit was based on; None: its writer had never seen the record."""

    version: int | None

    @property
    def is_nothing(self) -> bool:
        """Whether the writer means to create the record."""
        return self.version is None

    def holds(self, current: Record | None, epoch: str) -> bool:
        """Whether ``current`` is what the writer had seen."""
        if self.version is None:
            return current is None or current.deleted
        return current is not None and current.version == self.version


class SeenState(NamedTuple):
    """What the precondition of a REST request says."""

    precondition: Precondition

    @property
    def is_nothing(self) -> bool:
        """Whether the writer means to create the record."""
        return self.precondition.absent

    def holds(self, current: Record | None, epoch: str) -> bool:
        """Whether ``current`` is what the precondition asks for."""
        live = current is not None and not current.deleted
        return self.precondition.holds((epoch, current.seq) if current and live else None)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One wish. ``value`` is the object of ``data`` or ``patch``; ``text`` its canonical JSON.

    ``size`` is in how many bytes it was sent, as one of many.
    """

    op: Op
    collection: str
    id: str
    base: SeenVersion | SeenState
    value: dict[str, Any] | None = None
    text: str | None = None
    realm: str | None = None
    on_conflict: OnConflict | None = None
    mutation_id: str | None = None
    fingerprint: str = ""
    size: int = 0
    problem: "Result | None" = None

    @property
    def key(self) -> tuple[str, str]:
        """What names the record inside its space."""
        return self.collection, self.id


class Status(StrEnum):
    """How a mutation ended. Every one of them is final."""

    APPLIED = "applied"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one mutation. ``server`` is what the server has, where that helps."""

    status: Status
    record: Record | None = None
    server: Record | None = None
    fields: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    original: str | None = None

    @property
    def stood(self) -> bool:
        """Whether the mutation had its effect, now or when it was first sent."""
        status = orjson.loads(self.original)["status"] if self.original else self.status
        return status in (Status.APPLIED, Status.MERGED)

    def essence(self) -> dict[str, Any]:
        """What is remembered under the mutation's id: everything but ``server``."""
        members: dict[str, Any] = {"status": str(self.status)}
        if self.record is not None:
            members |= {"version": self.record.version, "seq": self.record.seq}
        if self.fields:
            members["fields"] = list(self.fields)
        if self.errors:
            members["errors"] = [error.as_dict() for error in self.errors]
        return members

    def as_json(self, mutation_id: str | None) -> str:
        """The result's JSON text, as ``POST changes`` lists it."""
        members: dict[str, Any] = {"mutation_id": mutation_id, **self.essence()}
        if self.original is not None:
            members["original"] = orjson.Fragment(self.original)
        if self.status is Status.CONFLICT or self.server is not None:
            members["server"] = orjson.Fragment(as_json(self.server)) if self.server else None
        return orjson.dumps(members).decode()


def forbidden(code: str, detail: str, **about: str) -> Result:
    """A refusal by right."""
    return Result(Status.FORBIDDEN, errors=(FieldError(detail, code=code, **about),))


def rejected(*errors: FieldError) -> Result:
    """A refusal because of what the mutation says."""
    return Result(Status.REJECTED, errors=errors)

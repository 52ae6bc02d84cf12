"""The bodies of requests about one record, and the mutations they stand for."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from service.core import jsontext, names
from service.core.errors import Invalid
from service.core.ids import new_record_id
from service.core.precondition import MUST_BE_ABSENT, Precondition
from service.core.typed import typed
from service.records.decide import too_large
from service.records.mutation import Mutation, SeenState

RealmName = Annotated[str, msgspec.Meta(pattern=names.REALM)]
RecordId = Annotated[str, msgspec.Meta(pattern=names.RECORD_ID)]


class Put(msgspec.Struct, forbid_unknown_fields=True):
    """The whole record as it shall be."""

    data: dict[str, Any]
    realm: RealmName | UnsetType = UNSET


class New(Put, forbid_unknown_fields=True):
    """A record to be created, under an id of the client's choice or the server's."""

    id: RecordId | UnsetType = UNSET


class Patch(msgspec.Struct, forbid_unknown_fields=True):
    """A merge patch of the record (RFC 7396): what is not named stays."""

    data: dict[str, Any] | UnsetType = UNSET
    realm: RealmName | UnsetType = UNSET


class Restoration(msgspec.Struct, forbid_unknown_fields=True):
    """The version whose data shall be the record's again."""

    version: Annotated[int, msgspec.Meta(ge=1)]


def creation(value: Any, collection: str, bytes_max: int) -> Mutation:
    """Create the record that ``value`` describes. Raises Invalid."""
    new = typed(value, New)
    key = collection, new.id or new_record_id()
    return _put(new, key, MUST_BE_ABSENT, bytes_max)


def replacement(
    value: Any,
    key: tuple[str, str],
    based_on: Precondition,
    bytes_max: int,
) -> Mutation:
    """Make the record what ``value`` says. Raises Invalid."""
    return _put(typed(value, Put), key, based_on, bytes_max)


def patch(value: Any, key: tuple[str, str], based_on: Precondition) -> Mutation:
    """Change what ``value`` names. Raises Invalid."""
    sent = typed(value, Patch)
    base = SeenState(based_on)
    return Mutation(
        "patch", *key, base, value=sent.data or {}, realm=sent.realm or None, on_conflict="reject"
    )


def deletion(key: tuple[str, str], based_on: Precondition) -> Mutation:
    """Delete the record."""
    return Mutation("delete", *key, SeenState(based_on), on_conflict="reject")


def _put(sent: Put, key: tuple[str, str], based_on: Precondition, bytes_max: int) -> Mutation:
    text = jsontext.canonical(sent.data)
    if len(text) * 4 > bytes_max and len(text.encode()) > bytes_max:
        raise Invalid(errors=[too_large(bytes_max)])
    base = SeenState(based_on)
    return Mutation(
        "put",
        *key,
        base,
        value=sent.data,
        text=text,
        realm=sent.realm or None,
        on_conflict="reject",
    )


def restoration(value: Any) -> int:
    """The version to restore. Raises Invalid."""
    return typed(value, Restoration).version

"""What can go wrong with records."""

from typing import Any, ClassVar

from service.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    NotFound,
    Unavailable,
)


class RecordNotFound(NotFound):
    """There is no such record that you can see. A pull tells what became of it."""

    code = "record_not_found"
    title = "Record not found"


class RevisionNotFound(NotFound):
    """The record has no such version, or not any more. Its revisions list those that are kept."""

    code = "revision_not_found"
    title = "Revision not found"


class NotVisible(Forbidden):
    """This id belongs to a record that you cannot see. Choose another id."""

    code = "not_visible"
    title = "Not visible"


class RealmForbidden(Forbidden):
    """You are not in the realm you want to write to. An admin of the space can add it to yours."""

    code = "realm_forbidden"
    title = "Realm forbidden"


class InvalidRecord(Invalid):
    """The record is not what its collection takes. ``errors`` names each place."""

    code = "invalid_record"
    title = "Invalid record"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError('7 is not of type "string"', pointer="#/data/title", code="type")]
    }


class EpochChanged(Gone):
    """The space's history was restored from a backup since this client pulled.

    Pull again without a cursor, look at the queued edits beside what is there now, then send them
    under the new epoch.
    """

    code = "epoch_changed"
    title = "Epoch changed"


class AtomicConflict(Conflict):
    """The mutations stand together and some cannot. Nothing was changed; ``results`` says which."""

    code = "atomic_conflict"
    title = "Atomic conflict"
    example: ClassVar[dict[str, Any]] = {
        "results": [{"mutation_id": "m-2", "status": "conflict", "server": None}]
    }


class NotIndexed(Invalid):
    """No declared index serves this. Declare one with PUT on the collection, or ask for less.

    ``indexed`` names what can be filtered by, ``sorts`` the orders there are.
    """

    code = "not_indexed"
    title = "Not indexed"
    example: ClassVar[dict[str, Any]] = {
        "indexed": ["id", "seq", "status", "updated_at"],
        "sorts": ["id", "seq", "status,updated_at"],
    }


class IndexNotReady(Unavailable):
    """The index that serves this list is being built. Ask again after ``Retry-After``."""

    code = "index_not_ready"
    title = "Index not ready"


class CursorMismatch(Malformed):
    """The cursor comes from a list with another filter or sort, or of another collection.

    Send it with the parameters of the list that it came from, or start again without it. It also
    ends here when the collection's indexes changed meanwhile and the list has another order now.
    """

    code = "cursor_mismatch"
    title = "Cursor mismatch"


class OffsetTooFar(Invalid):
    """Too few records match for the offset to be reached. Follow ``next_cursor`` instead."""

    code = "offset_too_far"
    title = "Offset too far"
    example: ClassVar[dict[str, Any]] = {}

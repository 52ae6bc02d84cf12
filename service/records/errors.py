"""What can go wrong with records."""

from typing import Any, ClassVar

from service.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    NotFound,
    Unavailable,
)


class RecordNotFound(NotFound):
    """There is no such record, or it is in a realm you are not in."""

    code = "record_not_found"
    title = "Record not found"


class RevisionNotFound(NotFound):
    """The record never had this version, or it is older than the history that is kept."""

    code = "revision_not_found"
    title = "Revision not found"


class NotVisible(Forbidden):
    """This id belongs to a record that you cannot see. Choose another id."""

    code = "not_visible"
    title = "Not visible"


class RealmForbidden(Forbidden):
    """You are not in the realm you want to write to."""

    code = "realm_forbidden"
    title = "Realm forbidden"


class InvalidRecord(Invalid):
    """The record is not what its collection takes. ``errors`` names each place."""

    code = "invalid_record"
    title = "Invalid record"


class EpochChanged(Gone):
    """The space's history was restored from a backup since this client pulled.

    Pull again without a cursor, look at the queued edits beside what is there now, then send them under
    the new epoch.
    """

    code = "epoch_changed"
    title = "Epoch changed"


class AtomicConflict(Conflict):
    """The mutations were to stand together and some cannot. Nothing was changed; ``results`` says which."""

    code = "atomic_conflict"
    title = "Atomic conflict"


class NotIndexed(Invalid):
    """No declared index serves this. ``indexed`` names what can be filtered by, ``sorts`` the orders there are.

    Declare an index for it with PUT on the collection, or ask for less.
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

    Send it with the parameters of the list that it came from, or start again without it. It also ends
    here when the collection's indexes changed meanwhile and the list has another order now.
    """

    code = "cursor_mismatch"
    title = "Cursor mismatch"


class OffsetTooFar(Invalid):
    """So few records on the way match that the offset was not reached. Follow ``next_cursor`` instead."""

    code = "offset_too_far"
    title = "Offset too far"

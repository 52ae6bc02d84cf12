"""What can go wrong with records."""

from typing import Any, ClassVar

from service.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooLarge,
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
    """The space was restored from a backup since this client pulled: pull without a cursor first.

    Then look at the queued edits beside what is there now, and send them under the new epoch.
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


class PushTooLarge(TooLarge):
    """The push holds more than this server takes at once. Send the mutations in smaller pushes."""

    code = "push_too_large"
    title = "Push too large"
    example: ClassVar[dict[str, Any]] = {"limits": {"mutations_max": 1000}}

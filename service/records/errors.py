"""What can go wrong with records."""

from service.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound


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

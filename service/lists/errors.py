"""What can go wrong with lists."""

from typing import Any, ClassVar

from service.core.errors import Invalid, Malformed, Unavailable


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
    example: ClassVar[dict[str, Any]] = {}  # not that of Invalid

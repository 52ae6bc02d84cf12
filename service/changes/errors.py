"""What can be wrong with a space or a position in its log."""

from typing import Any, ClassVar

from service.core.errors import Gone, NotFound


class SpaceNotFound(NotFound):
    """There is no such space, or you are not a member of it. GET /v1/spaces lists yours."""

    code = "space_not_found"
    title = "Space not found"


class ResyncRequired(Gone):
    """Your position is not good any more. Begin without a cursor: keep unsent edits, drop the rest.

    ``reason`` is ``cursor_expired`` (older than the retention), ``epoch_changed`` (the history was
    restored from a backup), ``view_changed`` (your rights changed) or ``filter_changed`` (the
    request names other collections than the cursor was made for).
    """

    code = "resync_required"
    title = "Resync required"
    example: ClassVar[dict[str, Any]] = {"reason": "cursor_expired"}

"""What can be wrong with a cursor or a push."""

from service.core.errors import Malformed, TooLarge


class InvalidCursor(Malformed):
    """The cursor was not made here, or for somebody or something else. Start again without one."""

    code = "invalid_cursor"
    title = "Invalid cursor"


class PushTooLarge(TooLarge):
    """The push holds more than this server takes at once. Send the mutations in smaller pushes."""

    code = "push_too_large"
    title = "Push too large"

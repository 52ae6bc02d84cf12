"""What can be wrong with a push."""

from typing import Any, ClassVar

from service.core.errors import TooLarge


class PushTooLarge(TooLarge):
    """The push holds more than this server takes at once. Send the mutations in smaller pushes."""

    code = "push_too_large"
    title = "Push too large"
    example: ClassVar[dict[str, Any]] = {"limits": {"mutations_max": 1000}}

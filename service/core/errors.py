"""The errors of the service: few, coded, and ignorant of how they travel.

A family says what kind of failure it is; each transport maps families once (HTTP does in
``service.http.errors``). A concrete error is a subclass with a ``code`` of its own, written beside
the rule that raises it. Its docstring is both the default message and the first line of its page
in the docs, so an error cannot exist undocumented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with the input: a JSON Pointer into the body, or the name of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str = "invalid"

    def as_dict(self) -> dict[str, str]:
        """The members that are set, as RFC 9457's ``errors`` extension carries them."""
        members = {
            "detail": self.detail,
            "pointer": self.pointer,
            "parameter": self.parameter,
            "code": self.code,
        }
        return {name: value for name, value in members.items() if value is not None}


class ServiceError(Exception):
    """Something is wrong on our side. The request id finds it in the log; trying again may help."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        retry_after_seconds: int | None = None,
        **members: Any,
    ) -> None:
        """``members`` are added to the problem as they are (``current``, ``reason`` …)."""
        self.detail = detail or self.summary()
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds
        self.members = members
        super().__init__(self.detail)

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the docstring on one line, as Markdown."""
        paragraph = cleandoc(cls.__doc__ or "").split("\n\n")[0]
        return " ".join(paragraph.split()).replace("``", "`")


class Malformed(ServiceError):
    """The request cannot be read. Correct its syntax and send it again."""

    code = "malformed"
    title = "Malformed request"


class InvalidCursor(Malformed):
    """The cursor was not made here, or for somebody or something else. Start again without one."""

    code = "invalid_cursor"
    title = "Invalid cursor"


class Unauthenticated(ServiceError):
    """No valid credential came with the request. Send ``Authorization: Bearer`` with an API key."""

    code = "unauthenticated"
    title = "Not authenticated"


class Forbidden(ServiceError):
    """You can see this, but you may not do this to it. Ask somebody who may to do it."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(ServiceError):
    """There is nothing here that you can see. Check the address, and that your user may see it.

    What does not exist and what you may not know of are answered alike.
    """

    code = "not_found"
    title = "Not found"


class MethodNotAllowed(ServiceError):
    """This resource does not answer to that method. The ``Allow`` header lists the ones it does."""

    code = "method_not_allowed"
    title = "Method not allowed"


class Conflict(ServiceError):
    """The present state does not allow this. Read it again, decide, and send a new request."""

    code = "conflict"
    title = "Conflict"


class Gone(ServiceError):
    """This was here and will not come back. Do without it, or begin again."""

    code = "gone"
    title = "Gone"


class PreconditionFailed(ServiceError):
    """It is not as the request says. ``current`` is what it is now: decide, and send its ETag."""

    code = "precondition_failed"
    title = "Precondition failed"
    example: ClassVar[dict[str, Any]] = {
        "current": {"id": "milk", "data": {"title": "Oat milk"}, "version": 4, "seq": 57}
    }


class TooLarge(ServiceError):
    """The request is larger than this server takes. ``limits`` says how much it takes."""

    code = "too_large"
    title = "Too large"
    example: ClassVar[dict[str, Any]] = {"limits": {"body_bytes_max": 4194304}}


class UnsupportedMedia(ServiceError):
    """The body is of a media type that is not read here. ``supported`` lists those that are."""

    code = "unsupported_media_type"
    title = "Unsupported media type"
    example: ClassVar[dict[str, Any]] = {"supported": ["application/json"]}


class Invalid(ServiceError):
    """The request can be read, but what it says is not valid. ``errors`` names each place."""

    code = "invalid"
    title = "Invalid"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError("Missing data for required field.", pointer="#/name")]
    }


class PreconditionRequired(ServiceError):
    """A write here says what it was based on. Send ``If-Match: ETAG``, or ``If-None-Match: *``.

    With the first you change what you have read, with the second you make what is not there yet.
    """

    code = "precondition_required"
    title = "Precondition required"


class Unavailable(ServiceError):
    """The service cannot do this now. Nothing was changed; try again after ``Retry-After``."""

    code = "unavailable"
    title = "Unavailable"


class StorageFull(ServiceError):
    """The disk is full. Nothing was changed, reading still works; the operator has to make room."""

    code = "storage_full"
    title = "Storage full"


def catalogue() -> Iterator[type[ServiceError]]:
    """Every error that has a code of its own, general ones first."""
    pending: list[type[ServiceError]] = [ServiceError]
    while pending:
        error = pending.pop(0)
        if "code" in vars(error):
            yield error
        pending.extend(error.__subclasses__())

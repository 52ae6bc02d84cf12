"""The ways to prove who is asking: API keys, and whatever comes to stand beside them.

The first scheme that knows a credential to be of its kind decides alone: a credential that it
refuses is never tried as one of another kind.
"""

from collections.abc import Sequence
from typing import Protocol

from service.auth.principal import Principal
from service.core.errors import Unauthenticated


class Headers(Protocol):
    """The header fields of a request; names in any case."""

    def get(self, name: str, default: str, /) -> str:
        """The value of the field, or ``default``."""
        ...


class Request(Protocol):
    """What a scheme may look at: a transport's own request object, or a stand-in."""

    @property
    def headers(self) -> Headers:
        """The header fields."""
        ...


class Scheme(Protocol):
    """One kind of credential."""

    def authenticate(self, request: Request) -> Principal | None:
        """Who ``request`` comes from; None when it carries no credential of this kind.

        Raises Unauthenticated for one that is not good.
        """
        ...


class Schemes:
    """All the kinds that this installation takes, in the order they are asked."""

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        self._schemes = tuple(schemes)

    def authenticate(self, request: Request) -> Principal:
        """Who ``request`` comes from. Raises Unauthenticated."""
        for scheme in self._schemes:
            principal = scheme.authenticate(request)
            if principal is not None:
                return principal
        raise Unauthenticated


def bearer(request: Request) -> str:
    """The bearer credential of ``request`` (RFC 6750 §2.1); empty when there is none."""
    value = request.headers.get("Authorization", "")
    if value.startswith("Bearer "):
        return value[7:].strip()
    scheme, _, credential = value.partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""

"""The ways to prove who is asking. API keys are the first; tokens and signatures are schemes like them.

A scheme looks at a request as little as it can: ``recognises`` says whether the credential is of its kind,
and the first that does decides alone. A refused credential is never tried as one of another kind.
"""

from collections.abc import Sequence
from typing import Protocol

from service.auth.principal import Principal
from service.core.errors import Unauthenticated


class Headers(Protocol):
    """The header fields of a request; names in any case."""

    def get(self, name: str, default: str = "", /) -> str:
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

    def recognises(self, request: Request) -> bool:
        """Whether ``request`` carries a credential of this kind, good or bad."""
        ...

    def authenticate(self, request: Request) -> Principal:
        """Who it stands for. Raises Unauthenticated."""
        ...


class Schemes:
    """All the kinds that this installation takes, in the order they are asked."""

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        self._schemes = tuple(schemes)

    def authenticate(self, request: Request) -> Principal:
        """Who ``request`` comes from. Raises Unauthenticated."""
        for scheme in self._schemes:
            if scheme.recognises(request):
                return scheme.authenticate(request)
        raise Unauthenticated

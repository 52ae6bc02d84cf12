"""The guard before a route: who is asking, and may their credential be used for this at all.

What it may do inside a space is decided by the verb, which knows the member's role there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request

from service.auth.errors import InsufficientScope, InvalidToken, RoleForbidden
from service.auth.policy import ACTIONS, admit
from service.auth.principal import Principal
from service.auth.scheme import Schemes
from service.core import log
from service.http.contract import POLICY, fails

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """What a route demands; it hangs on the view as ``__policy__``."""

    action: str
    scope: str


def requires(action: str) -> Callable[[View], View]:
    """Let only those in whose credential may be used for ``action``.

    Raises KeyError, when the route is made, for an action that the policy does not know.
    """
    demanded = Policy(action, ACTIONS[action].scope)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            caller = _schemes().authenticate(request)
            g.principal = caller
            log.bind(user_id=caller.user_id, key_id=caller.key_id)
            admit(caller, action)
            return view(*args, **kwargs)

        vars(guarded)[POLICY] = demanded
        return fails(InvalidToken, InsufficientScope, RoleForbidden)(guarded)  # type: ignore[return-value]

    return decorate


def confirm() -> None:
    """Ask again who is calling, after a wait: the credential may have been revoked meanwhile.

    Raises what the guard raises.
    """
    _schemes().authenticate(request)


def principal() -> Principal:
    """Who sent the present request."""
    caller: Principal = g.principal
    return caller


def _schemes() -> Schemes:
    schemes: Schemes = current_app.extensions["syncline"].schemes
    return schemes

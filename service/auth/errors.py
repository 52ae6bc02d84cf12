"""Why somebody is not let in, or may not do what they asked for."""

from typing import Any, ClassVar

from service.core.errors import Conflict, Forbidden, Gone, NotFound, Unauthenticated


class InvalidToken(Unauthenticated):
    """The credential is not valid: it is mistyped, revoked or expired. Use another one."""

    code = "invalid_token"
    title = "Invalid credential"


class InvalidBootstrapToken(Unauthenticated):
    """Not the bootstrap token. Send ``BOOTSTRAP_TOKEN``, or run the script ``create_admin``."""

    code = "invalid_bootstrap_token"
    title = "Invalid bootstrap token"


class Bootstrapped(Gone):
    """There is a first user already. Ask them for a key, or run the script ``create_key``."""

    code = "bootstrapped"
    title = "Already bootstrapped"


class InsufficientScope(Forbidden):
    """Your credential may not be used for this. ``required`` names the scopes that it lacks."""

    code = "insufficient_scope"
    title = "Insufficient scope"
    example: ClassVar[dict[str, Any]] = {"required": "records:write"}


class RoleForbidden(Forbidden):
    """Your role does not allow this. ``required`` names the least role that does."""

    code = "role_forbidden"
    title = "Role does not allow this"
    example: ClassVar[dict[str, Any]] = {"required": "editor"}


class KeyNotFound(NotFound):
    """There is no such API key, or it is not yours. GET /v1/api-keys lists those you may see."""

    code = "key_not_found"
    title = "API key not found"


class UserNotFound(NotFound):
    """There is no such user. GET /v1/users lists those there are."""

    code = "user_not_found"
    title = "User not found"


class EmailTaken(Conflict):
    """Another user has this email address. Use theirs, or another address."""

    code = "email_taken"
    title = "Email address taken"


class LastAdmin(Conflict):
    """Somebody has to look after this installation. Make another user an admin first."""

    code = "last_admin"
    title = "Last admin"


class LastOwner(Conflict):
    """A space always has an owner. Make another member an owner first."""

    code = "last_owner"
    title = "Last owner"


class TooManyKeys(Conflict):
    """The user has as many API keys as one may have: ``limits`` says how many. Revoke some."""

    code = "too_many_keys"
    title = "Too many API keys"
    example: ClassVar[dict[str, Any]] = {"limits": {"keys_per_user_max": 100}}

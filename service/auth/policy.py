"""Who may do what: one table, and the one function that reads it.

An action needs a scope of the credential and, in a space, a role of the member; some need a role in
the installation. What is not in the table is refused. Which records of a space a member sees is not
decided here but in the query that reads them, so that what is invisible cannot be told from what
does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from service.auth.errors import InsufficientScope, RoleForbidden
from service.auth.principal import InstanceRole, Principal

Role = Literal["owner", "admin", "editor", "viewer"]

ROLES: Final[tuple[Role, ...]] = ("viewer", "editor", "admin", "owner")
"""The roles of a space's members; each may do what those before it may."""

EVERY_SCOPE: Final = "admin"
SCOPES: Final = {
    "records:read": "Read records and their revisions.",
    "records:write": "Create, change and delete records, push changes, import files. Reads too.",
    "changes:read": "Pull the changes of a space.",
    "spaces:read": "Read spaces, members and collections.",
    "spaces:manage": "Create spaces; change those whose role allows it.",
    "collections:manage": "Declare, change and delete collections.",
    "members:manage": "Add, change and remove members.",
    "jobs:read": "Read jobs, their errors and their results.",
    "jobs:write": "Cancel and delete jobs.",
    "keys:manage": "Read, create and revoke API keys.",
    "users:manage": "Read, create, change and delete users.",
    EVERY_SCOPE: "Everything that the user may do.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an action asks for. ``role`` is the least role in the space, where it is done in one."""

    scope: str
    summary: str
    role: Role | None = None
    instance_role: InstanceRole = "member"


ACTIONS: Final = {
    "keys.read": Rule("keys:manage", "Read one's own API keys; an admin reads everybody's."),
    "keys.manage": Rule("keys:manage", "Create, rename and revoke API keys."),
    "users.read": Rule("users:manage", "Read users.", instance_role="admin"),
    "users.manage": Rule("users:manage", "Create, change and delete users.", instance_role="admin"),
    "spaces.list": Rule("spaces:read", "List the spaces one is a member of."),
    "spaces.create": Rule("spaces:manage", "Create a space and own it."),
    "spaces.read": Rule("spaces:read", "Read a space.", "viewer"),
    "spaces.update": Rule("spaces:manage", "Rename a space.", "admin"),
    "members.read": Rule("spaces:read", "Read the members of a space.", "viewer"),
    "members.manage": Rule("members:manage", "Add, change and remove members.", "admin"),
    "owners.manage": Rule("members:manage", "Make and unmake owners.", "owner"),
    "collections.read": Rule("spaces:read", "Read collections.", "viewer"),
    "collections.manage": Rule("collections:manage", "Declare and delete collections.", "admin"),
    "records.read": Rule("records:read", "Read records and their revisions.", "viewer"),
    "records.write": Rule("records:write", "Create, change and delete records.", "editor"),
    "records.erase": Rule("records:write", "Erase the history of a record.", "admin"),
    "changes.read": Rule("changes:read", "Pull the changes of a space.", "viewer"),
    "changes.push": Rule("records:write", "Push mutations; each is decided by itself.", "editor"),
    "imports.create": Rule("records:write", "Import a file into a collection.", "editor"),
    "jobs.read": Rule("jobs:read", "Read jobs, their errors and their results.", "viewer"),
    "jobs.manage": Rule("jobs:write", "Cancel and delete jobs.", "editor"),
}


def admit(principal: Principal, action: str) -> None:
    """Check what can be known before the space is: the credential's scope and the instance role.

    Raises InsufficientScope or RoleForbidden, with ``required``.
    """
    rule = _rule(action)
    require_scopes(principal, [rule.scope])
    if rule.instance_role == "admin" and not principal.is_admin:
        raise RoleForbidden(required=rule.instance_role)


def decide(principal: Principal, action: str, role: str | None = None) -> None:
    """Whether ``principal`` may do ``action``, in a space as a member with ``role``.

    An action in a space is refused without a role, and an action outside of the table always.
    Raises InsufficientScope or RoleForbidden, with ``required``.
    """
    admit(principal, action)
    required = _rule(action).role
    if required is not None and not outranks(role, required):
        raise RoleForbidden(required=required)


def outranks(role: str | None, required: Role) -> bool:
    """Whether ``role`` may do at least what ``required`` may."""
    return role in ROLES[ROLES.index(required) :]


def require_scopes(principal: Principal, scopes: Iterable[str]) -> None:
    """Raises InsufficientScope with those of ``scopes`` that the credential lacks."""
    missing = [scope for scope in scopes if not _givers(scope) & principal.scopes]
    if missing:
        raise InsufficientScope(required=" ".join(missing))


def _givers(scope: str) -> set[str]:
    """The scopes that give what ``scope`` does. A write that fails answers what is there."""
    also = {"records:write"} if scope == "records:read" else set()
    return {scope, EVERY_SCOPE} | also


def _rule(action: str) -> Rule:
    rule = ACTIONS.get(action)
    if rule is None:
        raise RoleForbidden(f"No rule allows the action {action}.", required="none")
    return rule

"""Who is asking, however they proved it."""

from dataclasses import dataclass
from typing import Literal

InstanceRole = Literal["admin", "member"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, and what the credential they came with may be used for.

    ``key_id`` names the credential in the audit and the log: a key's id, or where there is no key
    the way they came in (``bootstrap``, ``shell``).
    """

    user_id: str
    key_id: str
    scopes: frozenset[str]
    instance_role: InstanceRole

    @property
    def is_admin(self) -> bool:
        """Whether they look after this installation."""
        return self.instance_role == "admin"

"""Callers as tests need them."""

from service.auth.principal import InstanceRole, Principal


def caller(
    *scopes: str, user_id: str = "usr_caller", instance_role: InstanceRole = "member"
) -> Principal:
    """Somebody whose credential has ``scopes``."""
    return Principal(user_id, "key_caller", frozenset(scopes), instance_role)


def admin(*scopes: str, user_id: str = "usr_admin") -> Principal:
    """Somebody who looks after the installation; by default with every scope."""
    return caller(*(scopes or ("admin",)), user_id=user_id, instance_role="admin")

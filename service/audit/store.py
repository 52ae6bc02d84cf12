"""Writing down what was done, in the very transaction that does it."""

from typing import Protocol

from sqlalchemy import Connection

from service.audit.tables import audit_events
from service.core import clock, log
from service.core.bulk import Bulk
from service.core.ids import new_id

_INSERT = Bulk(audit_events)


class Actor(Protocol):
    """Whoever did it, and the credential they did it with."""

    @property
    def user_id(self) -> str:
        """Their id."""
        ...

    @property
    def key_id(self) -> str:
        """The credential's id."""
        ...


def audit(
    connection: Connection, actor: Actor, action: str, resource: str, space: str | None = None
) -> None:
    """Write one event in the open transaction.

    ``action`` says what was done: by the name in the policy's table, or by one of its own where
    that is too wide (``keys.create``, ``bootstrap``). ``resource`` is the path of what it was done
    to, below ``/v1`` (``api-keys/key_…``, ``spaces/main/members/usr_…``). The request id is that of
    the log.
    """
    event = (
        new_id("aud"),
        clock.timestamp(),
        space,
        actor.user_id,
        actor.key_id,
        log.request_id(),
        action,
        resource,
        "allowed",
    )
    _INSERT.insert(connection, [event])

"""What an import is judged by: its caller's rights, and the collection's schema, of one moment."""

from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from service.auth.principal import Principal
from service.jobs.job import Json
from service.spaces.access import Access, AccessBook, Configuration
from service.spaces.books import CollectionBook
from service.spaces.collections import Collection

ACTION = "imports.create"
SCOPE = "records:write"


class Rules(NamedTuple):
    """They hold while ``access`` does."""

    access: Access
    collection: Collection

    @property
    def schema(self) -> Json | None:
        """The collection's JSON Schema; None where any object will do."""
        text = self.collection.schema
        return None if text is None else orjson.loads(text)


class RuleBook:
    """Reads rules."""

    def __init__(self, access: AccessBook, collections: CollectionBook) -> None:
        self._access = access
        self._collections = collections

    def rules(
        self, connection: Connection, now: Configuration, principal: Principal, collection: str
    ) -> Rules:
        """The rules at ``now``. Raises SpaceNotFound, Forbidden, CollectionNotFound."""
        access = self._access.allowed(connection, now, principal, ACTION)
        found = self._collections.collection(connection, now, collection)
        return Rules(access, found)


def speaking_for(user_id: str, job_id: str) -> Principal:
    """A job, with the rights that its creator has at the moment."""
    return Principal(user_id, job_id, frozenset({SCOPE}), "member")

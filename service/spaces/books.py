"""What is known of collections, in this process.

As with access, everything is remembered under the space's ``config_seq``: whoever knows the space's
position knows at once whether it still holds.
"""

from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from service.core.recent import Recent
from service.core.sql import Hot
from service.spaces import index
from service.spaces.access import AccessBook, Configuration
from service.spaces.collections import Collection
from service.spaces.errors import CollectionNotFound
from service.spaces.schema import Validator, compile_schema

COLLECTIONS_KEPT_MAX = 10_000
VALIDATORS_KEPT_MAX = 1_000

_READ = Hot(
    "SELECT name, schema, indexes, on_conflict"
    " FROM collections WHERE space = :space AND name = :name"
)


class CollectionBook:
    """Reads collections, and remembers what it read while it holds."""

    def __init__(self) -> None:
        self._known: Recent[tuple[str, str], tuple[int, str, Collection]] = Recent(
            COLLECTIONS_KEPT_MAX
        )
        self._validators: Recent[str, Validator] = Recent(VALIDATORS_KEPT_MAX)

    def collection(self, connection: Connection, position: Configuration, name: str) -> Collection:
        """The collection at ``position``. Raises CollectionNotFound."""
        known = self.last_known(position, name)
        if known is not None:
            return known
        collection = self._read(connection, position.space, name)
        entry = (position.config_seq, position.epoch, collection)
        self._known.put((position.space, name), entry)
        return collection

    def last_known(self, position: Configuration, name: str) -> Collection | None:
        """The collection as it was at ``position``, if that is remembered."""
        known = self._known.get((position.space, name))
        if known is None or known[:2] != (position.config_seq, position.epoch):
            return None
        return known[2]

    def _read(self, connection: Connection, space: str, name: str) -> Collection:
        row = _READ.row(connection, space=space, name=name)
        if row is None:
            raise CollectionNotFound
        return Collection(
            name=row[0],
            schema=row[1],
            validator=None if row[1] is None else self._validator(row[1]),
            indexes=index.load(row[2]),
            on_conflict=row[3],
        )

    def _validator(self, schema: str) -> Validator:
        """Compiled once for each text: most changes of a space leave its schemas as they are."""
        known = self._validators.get(schema)
        if known is None:
            known = compile_schema(orjson.loads(schema))
            self._validators.put(schema, known)
        return known


class Books(NamedTuple):
    """What is known of members and of collections."""

    access: AccessBook
    collections: CollectionBook

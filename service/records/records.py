"""The verbs of one record: read it, write it, see what it was."""

from dataclasses import dataclass
from functools import partial

import orjson
from sqlalchemy import Connection

from service.audit.store import audit
from service.auth.errors import RoleForbidden
from service.auth.policy import decide
from service.auth.principal import Principal
from service.changes.log import Log, OpenLog
from service.changes.position import position_of
from service.core.db import Database
from service.core.driver_errors import Busy
from service.core.errors import Forbidden, PreconditionFailed
from service.core.precondition import Precondition
from service.records import history, store
from service.records.errors import InvalidRecord, NotVisible, RealmForbidden, RecordNotFound
from service.records.history import Revision
from service.records.mutation import Mutation, Result, SeenState, Status
from service.records.push import Push
from service.records.record import Record, as_json
from service.records.writer import Writer
from service.spaces.access import Access, AccessBook
from service.spaces.errors import CollectionNotFound

LOOKS_MAX = 10
"""Somebody who changes members all the time shall not keep a reader for ever."""
READ = "records.read"
ERASE = "records.erase"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record, and the epoch that its seq belongs to: together they make its ETag."""

    record: Record
    epoch: str


class Records:
    """What can be done with the records of a space."""

    def __init__(self, db: Database, log: Log, writer: Writer, access: AccessBook) -> None:
        self._db = db
        self._log = log
        self._writer = writer
        self._access = access

    def read(self, principal: Principal, space: str, collection: str, id_: str) -> Seen:
        """The record as it is now. Raises SpaceNotFound, RecordNotFound."""
        with self._db.reading() as connection:
            access, record = self._visible(connection, principal, space, collection, id_)
        if record is None or record.deleted:
            raise RecordNotFound
        return Seen(record, access.epoch)

    def write(self, principal: Principal, space: str, mutation: Mutation) -> Seen:
        """Write one record under its precondition, in a group with others' writes.

        Raises PreconditionFailed with ``current``, RecordNotFound, InvalidRecord, Forbidden, Busy …
        """
        outcome = self._writer.write(Push(space, principal, [mutation]))
        (result,) = outcome.results
        if not result.stood or result.record is None:
            raise refusal(result)
        return Seen(result.record, outcome.epoch)

    def revisions(
        self, principal: Principal, space: str, key: tuple[str, str], below: int, count: int
    ) -> list[Revision]:
        """Versions under ``below``, newest first, of a record that is or was there."""
        with self._db.snapshot() as connection:
            access, record = self._visible(connection, principal, space, *key)
            if record is None:
                raise RecordNotFound
            return history.revisions(connection, access, record, below, count)

    def restore(
        self,
        principal: Principal,
        space: str,
        key: tuple[str, str],
        version: int,
        based_on: Precondition,
    ) -> Seen:
        """Write the data of ``version`` as a new version."""
        with self._db.snapshot() as connection:
            access, record = self._visible(connection, principal, space, *key)
            if record is None:
                raise RecordNotFound
            data = history.data_of(connection, access, record, version)
        text = orjson.dumps(data).decode()
        mutation = Mutation(
            "put", *key, SeenState(based_on), value=data, text=text, on_conflict="reject"
        )
        return self.write(principal, space, mutation)

    def erase(self, principal: Principal, space: str, collection: str, id_: str) -> None:
        """Forget what the record was; the audit keeps that it was forgotten, and by whom."""
        erasure = partial(self._erase, principal=principal, key=(collection, id_))
        self._log.write(space, erasure)

    def _erase(
        self, connection: Connection, log: OpenLog, *, principal: Principal, key: tuple[str, str]
    ) -> None:
        access = self._access.allowed(connection, log, principal, ERASE)
        record = store.current(connection, log.space, [key]).get(key)
        if record is None or not access.sees(record.realm):
            raise RecordNotFound
        history.erase(connection, log.space, *key)
        resource = f"spaces/{log.space}/collections/{record.collection}/records/{record.id}"
        audit(connection, principal, ERASE, resource, space=log.space)

    def _visible(
        self, connection: Connection, principal: Principal, space: str, collection: str, id_: str
    ) -> tuple[Access, Record | None]:
        """The caller's access, and the record if they see it; one read while that access holds.

        Whether it holds is read with the record: a right that is lost in between shows nothing.
        """
        access = self._access.last_known(space, principal.user_id)
        for _ in range(LOOKS_MAX):
            found = access and store.visible(connection, access, collection, id_)
            if access and found and found[:2] == (access.epoch, access.config_seq):
                decide(principal, READ, access.role)
                return access, found[2]
            position = position_of(connection, space)
            access = self._access.access(connection, position, principal.user_id)
        raise Busy(retry_after_seconds=1)


def refusal(result: Result) -> Exception:
    """Why a single write was refused, as the error that a REST client is told."""
    if result.status is Status.CONFLICT:
        return _conflict(result.server)
    codes = {error.code for error in result.errors}
    detail = result.errors[0].detail
    for error in (NotVisible, RealmForbidden, RoleForbidden, CollectionNotFound):
        if error.code in codes:
            return error(detail)
    if result.status is Status.FORBIDDEN:
        return Forbidden(detail)
    return InvalidRecord(errors=result.errors)


def _conflict(server: Record | None) -> Exception:
    if server is None:
        return RecordNotFound()
    return PreconditionFailed(current=orjson.Fragment(as_json(server)))

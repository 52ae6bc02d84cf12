"""Writing thousands of records in one transaction.

What the rows say is parsed and validated by the caller, before the space is locked; Postgres has
even received it by then (``send_ahead``). Under the lock the present records are read, each row is
decided in the order of the file, and one statement a table writes what came of it. The decisions
are those of a ``put``: the same versions, log lines and move markers, as if every row had been
pushed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection

from service.changes.log import OpenLog
from service.core.sql import Hot
from service.records import store
from service.records.effect import Move, Stamp, effect_of
from service.records.record import Record
from service.spaces.access import Access

Mode = Literal["insert", "upsert"]

_STAGE_TABLE: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS import_rows (number BIGINT, data TEXT)"
    " ON COMMIT DELETE ROWS"
)
_COPY: Final = "COPY import_rows (number, data) FROM STDIN"
_INSERT_STAGED = Hot(
    "",
    postgresql="INSERT INTO records (space, collection, id, realm, version, seq, deleted,"
    " created_at, created_by, updated_at, updated_by, data)"
    " SELECT :space, :collection, w.id, w.realm, w.version, w.seq, FALSE,"
    " w.created_at, w.created_by, :at, :actor, s.data"
    " FROM unnest(:numbers::bigint[], :ids::text[], :realms::text[], :versions::bigint[],"
    " :seqs::bigint[], :created_at::text[], :created_by::text[])"
    " w(number, id, realm, version, seq, created_at, created_by)"
    " JOIN import_rows s ON s.number = w.number"
    " ON CONFLICT (space, collection, id) DO UPDATE SET realm = excluded.realm,"
    " version = excluded.version, seq = excluded.seq, deleted = FALSE,"
    " created_at = excluded.created_at, created_by = excluded.created_by,"
    " updated_at = excluded.updated_at, updated_by = excluded.updated_by, data = excluded.data",
)


class ImportRow(NamedTuple):
    """A row that fits its collection; ``data`` is JSON text, ``number`` names it in the answer."""

    number: int
    id: str
    realm: str
    data: str


class Refusal(NamedTuple):
    """Why a row was not written."""

    number: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go and who writes them, with the rights of this moment."""

    collection: str
    access: Access
    mode: Mode


@dataclass(slots=True)
class Outcome:
    """What came of the rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


def send_ahead(connection: Connection, rows: Sequence[ImportRow]) -> None:
    """Send the data of ``rows`` ahead, in the transaction that will write them, before the lock.

    On SQLite there is nowhere to send it to.
    """
    if connection.dialect.name != "postgresql" or not rows:
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(_STAGE_TABLE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row((row.number, row.data))


class BulkWrite:
    """Rows decided under the lock; ``outcome`` is known before anything is written."""

    def __init__(
        self,
        connection: Connection,
        open_log: OpenLog,
        target: Target,
        rows: Sequence[ImportRow],
    ) -> None:
        keys = [(target.collection, row.id) for row in rows]
        self._known = store.current(connection, open_log.space, keys)
        self._log = open_log
        self._target = target
        self._numbers: dict[store.Key, int] = {}
        self._moves: list[Move] = []
        self.outcome = Outcome()
        for row in rows:
            self._decide(row)

    def write(self, connection: Connection) -> None:
        """Write what was decided. The log writes its own lines."""
        newest = [self._known[key] for key in self._numbers]
        if connection.dialect.name == "postgresql" and newest:
            self._insert_staged(connection, newest)
        else:
            store.upsert(connection, self._log.space, newest)
        store.mark_moves(connection, self._log.space, self._moves)

    def _decide(self, row: ImportRow) -> None:
        current = self._known.get((self._target.collection, row.id))
        if refusal := self._refusal(row, current):
            self.outcome.refused.append(refusal)
        elif current is not None and (current.data, current.realm) == (row.data, row.realm):
            self.outcome.unchanged += 1
        else:
            self._accept(row, current)

    def _refusal(self, row: ImportRow, current: Record | None) -> Refusal | None:
        if not self._target.access.sees(row.realm):
            message = f"You are not in the realm {row.realm}."
            return Refusal(row.number, "realm_forbidden", message)
        if current is not None and not self._target.access.sees(current.realm):
            message = f"The id {row.id} belongs to a record that you cannot see."
            return Refusal(row.number, "not_visible", message)
        if self._target.mode == "insert" and current is not None and not current.deleted:
            return Refusal(row.number, "exists", f"There is a record {row.id} already.")
        return None

    def _accept(self, row: ImportRow, current: Record | None) -> None:
        stamp = Stamp(self._log.head + 1, self._log.at, self._target.access.user_id)
        key = self._target.collection, row.id
        effect = effect_of(current, key, row.realm, row.data, stamp)
        effect.append(self._log)
        if effect.move:
            self._moves.append(effect.move)
        self._known[key] = effect.after
        self._numbers[key] = row.number
        if effect.op == "create":
            self.outcome.created += 1
        else:
            self.outcome.updated += 1

    def _insert_staged(self, connection: Connection, newest: Sequence[Record]) -> None:
        _INSERT_STAGED.run(
            connection,
            space=self._log.space,
            collection=self._target.collection,
            at=self._log.at,
            actor=self._target.access.user_id,
            numbers=list(self._numbers.values()),
            ids=[record.id for record in newest],
            realms=[record.realm for record in newest],
            versions=[record.version for record in newest],
            seqs=[record.seq for record in newest],
            created_at=[record.created_at for record in newest],
            created_by=[record.created_by for record in newest],
        )

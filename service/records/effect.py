"""What one accepted change makes of a record, and how the log tells it."""

from typing import NamedTuple

from service.changes.log import OpenLog
from service.records.record import Record

Move = tuple[int, str, str, str]
"""(seq, collection, id, from_realm)"""


class Stamp(NamedTuple):
    """Which change, when, and whose."""

    seq: int
    at: str
    actor: str


class Effect(NamedTuple):
    """A record before and after one change."""

    before: Record | None
    after: Record

    @property
    def op(self) -> str:
        """``create``, ``update`` or ``delete``."""
        if self.after.deleted:
            return "delete"
        return "create" if self.before is None or self.before.deleted else "update"

    @property
    def move(self) -> Move | None:
        """The marker to leave if the record changed its realm."""
        if self.before is None or self.before.realm == self.after.realm:
            return None
        return self.after.seq, *self.after.key, self.before.realm

    def append(self, log: OpenLog) -> None:
        """Write it into the log, under the number that the record has already."""
        seq = log.append(
            "record" if self.move is None else "move",
            self.op,
            self.after.id,
            version=self.after.version,
            actor=self.after.updated_by,
            collection=self.after.collection,
            before=self.before.data if self.before else None,
        )
        assert seq == self.after.seq, "numbers are given as they are foreseen"  # noqa: S101 - an invariant


def effect_of(
    before: Record | None, key: tuple[str, str], realm: str, data: str | None, stamp: Stamp
) -> Effect:
    """The next state of a record; without ``data`` it is deleted, and afterwards created anew."""
    living = before if before is not None and not before.deleted else None
    collection, id_ = key
    after = Record(
        collection=collection,
        id=id_,
        realm=realm,
        version=before.version + 1 if before else 1,
        seq=stamp.seq,
        deleted=data is None,
        created_at=living.created_at if living else stamp.at,
        created_by=living.created_by if living else stamp.actor,
        updated_at=stamp.at,
        updated_by=stamp.actor,
        data=data,
    )
    return Effect(before, after)

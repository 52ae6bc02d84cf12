"""The real service, driven verb by verb in a space of its own, and read without its help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import orjson
import sqlalchemy as sa

from service.auth.principal import Principal
from service.auth.store import insert_user
from service.auth.users import new_user
from service.backbone import Backbone
from service.changes.tables import changes, spaces
from service.core.errors import Forbidden, PreconditionFailed
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT, Precondition
from service.records.errors import AtomicConflict, RecordNotFound
from service.records.mutation import Mutation, SeenState
from service.records.push import Outcome, Push
from service.records.tables import records
from service.spaces.declare import Declaration
from service.spaces.members import new_member
from service.spaces.store import insert_space
from service.sync import envelope
from service.sync.pull import Puller, Wish
from tests.sync.model import Edit, Entry, Key, Refused, Result, Row

Pushed = tuple[str, str | None, Sequence[Edit], bool]
"""(user, client or None for REST, edits, whether they are atomic)"""


class Installation:
    """A backbone, and the people of the tests. Spaces are cheap, a database is not."""

    def __init__(self, backbone: Backbone, people: Sequence[str]) -> None:
        self.backbone = backbone
        self.principals = {name: self._person(name) for name in people}
        self._numbers = count(1)

    def new_space(self) -> "Subject":
        return Subject(self, f"space_{next(self._numbers):06}")

    def name_of(self, user_id: str) -> str:
        return next(name for name, who in self.principals.items() if who.user_id == user_id)

    def _person(self, name: str) -> Principal:
        user = new_user(f"{name}@example.org", name, "member")
        self.backbone.db.write(lambda connection: insert_user(connection, user))
        return Principal(user.id, f"key of {name}", frozenset({"admin"}), "member")


@dataclass(frozen=True)
class Subject:
    """One space of it."""

    installation: Installation
    space: str

    @property
    def backbone(self) -> Backbone:
        return self.installation.backbone

    # ----------------------------------------------------------------------------------- set-up

    def open(self, owner: str) -> None:
        """Make the space, with its first owner."""
        principal = self.installation.principals[owner]

        def body(connection: sa.Connection) -> None:
            insert_space(connection, self.space, self.space)
            self.backbone.members.admit_owner(connection, principal, self.space)

        self.backbone.db.write(body)

    def close(self) -> None:
        """Take it out of the way of those that follow."""
        self._execute(sa.delete(spaces).where(spaces.c.id == self.space))

    def declare(self, owner: str, name: str, on_conflict: Any, retention_days: int) -> None:
        wanted = Declaration(name, None, [], on_conflict, retention_days)
        self.backbone.collections.put(self._who(owner), self.space, wanted, MUST_BE_ABSENT)

    def restore_backup(self, epoch: str) -> None:
        """What restoring a backup does last: the history has another name from now on."""
        self._execute(sa.update(spaces).where(spaces.c.id == self.space).values(epoch=epoch))

    # ------------------------------------------------------------------------------------ members

    def put_member(
        self, owner: str, user: str, role: str, realms: frozenset[str], *, is_new: bool
    ) -> None:
        wanted = new_member(self._who(user).user_id, role, sorted(realms))
        expected = MUST_BE_ABSENT if is_new else ANY_STATE
        self.backbone.members.put(self._who(owner), self.space, wanted, expected)

    def remove_member(self, owner: str, user: str) -> None:
        user_id = self._who(user).user_id
        self.backbone.members.remove(self._who(owner), self.space, user_id, ANY_STATE)

    # ------------------------------------------------------------------------------------ reading

    def pull(
        self, user: str, cursor: str | None, collections: Sequence[str], sizes: tuple[int, int]
    ) -> dict[str, Any]:
        """One page of at most so many items and bytes. Raises SpaceNotFound, ResyncRequired."""
        items_max, bytes_max = sizes
        wish = Wish(cursor, items_max, collections)
        answer = self._puller(bytes_max).pull(self._who(user), self.space, wish)
        assert answer is not None
        page: dict[str, Any] = orjson.loads(answer.body)
        return page

    def position_in(self, cursor: str, user: str) -> int:
        """The number that a cursor hides."""
        return self._puller(1)._cursors.loads(cursor, self.space, self._who(user).user_id).c

    def read(self, user: str, key: Key) -> Row:
        """Raises RecordNotFound."""
        seen = self.backbone.records.read(self._who(user), self.space, *key)
        data = orjson.loads(seen.record.data or "null")
        return Row(seen.record.realm, seen.record.version, seen.record.seq, data)

    def _puller(self, bytes_max: int) -> Puller:
        backbone, theirs = self.backbone, self.backbone.sync.puller
        book = backbone.access_book
        return Puller(backbone.db, backbone.bus, book, theirs._cursors, bytes_max)

    # ------------------------------------------------------------------------------------- writing

    def write(self, user: str, edit: Edit, based_on: tuple[str, int] | None) -> Result:
        """A single write, as REST makes it, on what stood at ``based_on``."""
        positions = Precondition(positions=frozenset([based_on])) if based_on else MUST_BE_ABSENT
        mutation = Mutation(
            edit.op,  # type: ignore[arg-type]
            *edit.key,
            SeenState(positions),
            value=edit.value,
            text=orjson.dumps(edit.value).decode() if edit.op == "put" else None,
            realm=edit.realm,
            on_conflict="reject",
        )
        try:
            seen = self.backbone.records.write(self._who(user), self.space, mutation)
        except RecordNotFound:
            return Result("conflict")
        except PreconditionFailed as error:
            return Result(
                "conflict", server=Row.of(orjson.loads(orjson.dumps(error.members["current"])))
            )
        except Forbidden as error:
            return Result("forbidden", codes=(error.code,))
        return Result("applied", seen.record.version, seen.record.seq)

    def push(self, pushed: Pushed, epoch: str | None = None) -> list[Result] | Refused:
        """Raises SpaceNotFound, EpochChanged."""
        body = body_of(pushed, epoch)
        try:
            answer = self.backbone.sync.push(self._who(pushed[0]), self.space, body)
        except AtomicConflict as refusal:
            return Refused(results_of(orjson.dumps(refusal.members["results"])))
        return list(results_of(orjson.dumps(orjson.loads(answer)["results"])))

    def push_together(self, many: Sequence[Pushed]) -> list[list[Result] | Refused]:
        """Several pushes, decided beforehand as ever, that then meet in one transaction."""
        writer, gathered = self.backbone.writer, _Gathering()
        writer.__dict__["_lane"] = lambda _space: gathered
        try:
            for pushed in many:
                writer.write(self._push(pushed))
        finally:
            del writer.__dict__["_lane"]
        outcomes = writer._commit_together(gathered.pushes)
        return [
            _results(push, outcome) for push, outcome in zip(gathered.pushes, outcomes, strict=True)
        ]

    def erase(self, owner: str, key: Key) -> None:
        self.backbone.records.erase(self._who(owner), self.space, *key)

    def prune(self, now_ms: int) -> None:
        self.backbone.pruner.prune(now_ms)

    def _push(self, pushed: Pushed) -> Push:
        user, _, _, atomic = pushed
        sent = envelope.read(body_of(pushed, None), self.backbone.sync.pusher.limits)
        return Push(self.space, self._who(user), sent.mutations, sent.client_id, sent.epoch, atomic)

    # ------------------------------------------------------------------------------- what is stored

    def head_floor_epoch(self) -> tuple[int, int, str]:
        query = sa.select(spaces.c.head, spaces.c.floor, spaces.c.epoch)
        ((head, floor, epoch),) = self._rows(query.where(spaces.c.id == self.space))
        return head, floor, epoch

    def rows(self) -> dict[Key, Row]:
        """Every record, tombstones included."""
        c = records.c
        columns = (c.collection, c.id, c.realm, c.version, c.seq, c.data, c.deleted)
        found = self._rows(sa.select(*columns).where(c.space == self.space))
        assert all((data is None) == deleted for *_, data, deleted in found)
        return {
            (collection, id_): Row(realm, version, seq, orjson.loads(data or "null"))
            for collection, id_, realm, version, seq, data, _ in found
        }

    def log(self) -> list[Entry]:
        """The log, in the order of its numbers. What a member was is not looked at."""
        query = sa.select(changes).where(changes.c.space == self.space).order_by(changes.c.seq)
        return [self._entry(row) for row in self._rows(query)]

    def _entry(self, row: Any) -> Entry:
        about: Key | str = (row.collection, row.id) if row.kind in ("record", "move") else row.id
        if row.kind == "member":
            about = self.installation.name_of(row.id)
        before = orjson.loads(row.before) if row.before and row.kind != "member" else None
        actor = self.installation.name_of(row.actor)
        at_ms = round(datetime.fromisoformat(row.at).timestamp() * 1000)
        return Entry(row.seq, at_ms, row.kind, about, row.version, actor, before)

    def _who(self, name: str) -> Principal:
        return self.installation.principals[name]

    def _rows(self, query: "sa.Select[Any]") -> Any:
        with self.backbone.db.reading() as connection:
            return connection.execute(query).all()

    def _execute(self, statement: sa.Update | sa.Delete) -> None:
        self.backbone.db.write(lambda connection: connection.execute(statement).close())


class _Gathering:
    """Stands where the lane stands, and keeps what goes in."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []

    def submit(self, push: Push) -> None:
        self.pushes.append(push)


def body_of(pushed: Pushed, epoch: str | None) -> bytes:
    """The push as a client sends it."""
    _, client, edits, atomic = pushed
    mutations = [edit.as_json() for edit in edits]
    about = {"client_id": client, "atomic": atomic, "epoch": epoch}
    return orjson.dumps({**about, "mutations": mutations})


def results_of(text: bytes) -> tuple[Result, ...]:
    return tuple(Result.of(members) for members in orjson.loads(text))


def _results(push: Push, outcome: Outcome | BaseException) -> list[Result] | Refused:
    if isinstance(outcome, BaseException):
        raise outcome
    listed = ",".join(result.as_json("") for result in outcome.results)
    results = results_of(f"[{listed}]".encode())
    if outcome.refused:
        return Refused(tuple(result for result in results if not result.stood))
    return list(results)

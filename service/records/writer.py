"""The one way in which records are written.

Callers submit their mutations together, as a ``Push``. It is staged and, where deciding takes work,
decided before anything is locked. Pushes that arrive while others are being written wait in a lane
and are written as one group: the space is locked once, the current records are read in one
statement, every result is decided, numbers go to what was accepted, and each table takes all its
rows in one statement. If a group fails as a whole its pushes are written again one by one: one that
cannot be written does not take others with it. Only where the database is busy or away all fail.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from service.changes.log import Log, OpenLog
from service.changes.position import position_of
from service.core.db import Database
from service.core.errors import NotFound, Unavailable
from service.core.lane import Lane
from service.core.offload import yield_now
from service.core.recent import Recent
from service.records import history, store
from service.records.decide import decide
from service.records.errors import EpochChanged, PushTooLarge
from service.records.group import Group
from service.records.mutation import Mutation
from service.records.push import Outcome, Push
from service.records.stage import Stage, Stager

LANES_MAX = 1000
WEIGHED_FROM_MUTATIONS = 64
WEIGHED_AT_ONCE_MAX = 64
FORESEEN_AT_ONCE_MAX = 16
"""A record can be 256 KiB, and takes more than a millisecond then: for longer no loop is held."""


class Writer:
    """Takes pushes from every caller of the process and writes them in groups."""

    def __init__(self, db: Database, log: Log, stager: Stager, touched_bytes_max: int) -> None:
        """``touched_bytes_max``: of data that the records of one push may hold as they are now.

        All of it is read, decided on and kept as history, in one transaction.
        """
        self._db = db
        self._log = log
        self._stager = stager
        self._touched_bytes_max = touched_bytes_max
        self._lanes: Recent[str, Lane[Push, Outcome]] = Recent(LANES_MAX)

    def write(self, push: Push) -> Outcome:
        """Decide and commit ``push`` in the next group.

        Raises SpaceNotFound, EpochChanged, PushTooLarge, Busy, StorageFull, DatabaseDown.
        """
        push.stage = self._stager.recall(push.space, push.principal, push.mutations)
        if push.stage is None or push.stage.is_any_laborious(push.mutations) or _is_long(push):
            self._prepare(push)
        return self._lane(push.space).submit(push)

    def _prepare(self, push: Push) -> None:
        """Read what the push is decided by, and do what takes work before anything is locked."""
        with self._db.reading() as connection:
            position = position_of(connection, push.space)
            if push.stage is None or not push.stage.access.holds_at(position):
                push.stage = self._stager.stage(
                    connection, position, push.principal, push.mutations
                )
            if _is_long(push):
                _weigh(connection, push, self._touched_bytes_max)
            _foresee(connection, push, push.stage)

    def _lane(self, space: str) -> Lane[Push, Outcome]:
        """SQLite has one writer anyway: there, one lane serves every space."""
        name = "*" if self._db.dialect == "sqlite" else space
        lane = self._lanes.get(name)
        if lane is None:
            lane = Lane(self._commit, weigh=lambda push: len(push.mutations))
            self._lanes.put(name, lane)
        return lane

    def _commit(self, pushes: Sequence[Push]) -> Sequence[Outcome | BaseException]:
        try:
            return self._commit_together(pushes)
        except Unavailable:  # whoever tried next would wait as long, and for the same
            raise
        except Exception:
            if len(pushes) == 1:
                raise
        return [self._commit_alone(push) for push in pushes]

    def _commit_alone(self, push: Push) -> Outcome | BaseException:
        try:
            return self._commit_together([push])[0]
        except Exception as error:  # noqa: BLE001 - raised again in the caller it belongs to
            return error

    def _commit_together(self, pushes: Sequence[Push]) -> list[Outcome | BaseException]:
        by_space: defaultdict[str, list[Push]] = defaultdict(list)
        for push in pushes:
            by_space[push.space].append(push)
        written = self._log.write_spaces(
            {space: partial(self._write_space, group) for space, group in by_space.items()}
        )
        outcomes = {space: iter(done) for space, done in written.items()}
        return [next(outcomes[push.space]) for push in pushes]

    def _write_space(
        self, pushes: Sequence[Push], connection: Connection, log: OpenLog
    ) -> list[Outcome | BaseException]:
        group = Group(connection, log, pushes)
        outcomes = [self._settle(push, log, group, connection) for push in pushes]
        group.flush()
        return outcomes

    def _settle(
        self, push: Push, log: OpenLog, group: Group, connection: Connection
    ) -> Outcome | BaseException:
        try:
            stage = self._stage_now(push, log, connection)
        except NotFound as error:  # the caller is no longer a member, and learns nothing else
            return error
        if push.epoch is not None and push.epoch != log.epoch:
            return EpochChanged()
        return group.settle(push, stage)

    def _stage_now(self, push: Push, log: OpenLog, connection: Connection) -> Stage:
        """The push's stage, made again if members or collections changed since it was made."""
        if push.stage is None or not push.stage.access.holds_at(log):
            push.stage = self._stager.stage(connection, log, push.principal, push.mutations)
            push.foreseen.clear()
        return push.stage


def _is_long(push: Push) -> bool:
    return len(push.mutations) > WEIGHED_FROM_MUTATIONS


def _weigh(connection: Connection, push: Push, bytes_max: int) -> None:
    """Raise PushTooLarge if its records hold too much for one transaction, or one process.

    Each change of a record keeps what it replaced, so what a record holds, and what is added to it
    here, counts as often as the push names it.
    """
    times: Counter[store.Key] = Counter()
    added: Counter[store.Key] = Counter()
    for mutation in push.mutations:
        times[mutation.key] += 1
        added[mutation.key] += mutation.size
    keys, total = list(times), 0
    for start in range(0, len(keys), WEIGHED_AT_ONCE_MAX):
        some = keys[start : start + WEIGHED_AT_ONCE_MAX]
        held = store.bytes_of(connection, push.space, some)
        total += sum(times[key] * (held.get(key, 0) + added[key]) for key in some)
        if total > bytes_max:
            raise PushTooLarge(limits={"touched_bytes_max": bytes_max})
        yield_now()


def _foresee(connection: Connection, push: Push, stage: Stage) -> None:
    """Decide what takes work: a patch or a merge against the record as it is read now."""
    laborious = [
        (n, mutation)
        for n, mutation in enumerate(push.mutations)
        if stage.is_laborious(n, mutation)
    ]
    for start in range(0, len(laborious), FORESEEN_AT_ONCE_MAX):
        if start:
            yield_now()
        _foresee_some(connection, push, stage, laborious[start : start + FORESEEN_AT_ONCE_MAX])


def _foresee_some(
    connection: Connection, push: Push, stage: Stage, some: Sequence[tuple[int, Mutation]]
) -> None:
    known = store.current(connection, push.space, [mutation.key for _, mutation in some])
    for n, mutation in some:
        record = known.get(mutation.key)
        if record is not None:
            past = partial(history.base_of, connection, stage.access, record)
            scene = stage.scene(mutation, past)
            push.foreseen[n] = (record.seq, decide(mutation, record, scene))

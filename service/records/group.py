"""The pushes on one space that are written in one transaction.

A push is decided on a draft: a layer over the group's records and answers in which its own earlier
mutations are visible to its later ones. A draft that stands becomes part of the group; that of an
atomic push which was refused is dropped, and nothing of it remains, not even its numbers.
"""

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import orjson
from sqlalchemy import Connection

from service.changes.log import OpenLog
from service.core import clock
from service.core.errors import FieldError
from service.records import history, store
from service.records.decide import Accepted, Base, decide
from service.records.effect import Effect, Stamp, effect_of
from service.records.mutation import Mutation, Result, Status, rejected
from service.records.push import Outcome, Push
from service.records.record import Record
from service.records.stage import Stage
from service.records.store import Answer, ResultKey
from service.spaces.access import Access


class Draft:
    """What one push would do. Its numbers are the ones the log will give it if it stands."""

    def __init__(self, log: OpenLog, group: "Group") -> None:
        self.log = log
        self.records = group.records.new_child()
        self.answers = group.answers.new_child()
        self.replaced = group.replaced.new_child()
        self.effects: list[Effect] = []

    def accept(self, mutation: Mutation, accepted: Accepted, actor: str) -> Result:
        """Note the record's next state."""
        before = self.records.get(mutation.key)
        stamp = Stamp(self.log.head + len(self.effects) + 1, self.log.at, actor)
        effect = effect_of(before, mutation.key, accepted.realm, accepted.data, stamp)
        self.records[mutation.key] = effect.after
        if before is not None:
            self.replaced[*before.key, before.version] = before
        self.effects.append(effect)
        return Result(accepted.status, record=effect.after)


class Group:
    """Collects drafts that stand, and writes all of them with one statement a table."""

    def __init__(self, connection: Connection, log: OpenLog, pushes: Sequence[Push]) -> None:
        self._connection = connection
        self._log = log
        keys = [mutation.key for push in pushes for mutation in push.mutations]
        remembered = [key for push in pushes for key in push.result_keys() if key is not None]
        self._committed = store.current(connection, log.space, keys)
        self.records = ChainMap({}, self._committed)
        self.answers = ChainMap(store.seen(connection, log.space, remembered))
        self.replaced: ChainMap[tuple[str, str, int], Record] = ChainMap()
        self._effects: list[Effect] = []
        self._new_answers: dict[ResultKey, Answer] = {}

    def settle(self, push: Push, stage: Stage) -> Outcome:
        """Decide every mutation; keep it all, unless the push is atomic and one was refused."""
        draft = Draft(self._log, self)
        results = [
            self._answer(push, stage, n, key, draft) for n, key in enumerate(push.result_keys())
        ]
        refused = push.atomic and not all(result.stood for result in results)
        if refused:
            results = [self._undone(result) for result in results]
        else:
            self._keep(draft)
        return Outcome(results, self._log.head, self._log.epoch, refused)

    def flush(self) -> None:
        """Write records, moves and answers. The log writes its own rows."""
        newest = {effect.after.key: effect.after for effect in self._effects}
        store.upsert(self._connection, self._log.space, newest.values())
        moves = [effect.move for effect in self._effects if effect.move]
        store.mark_moves(self._connection, self._log.space, moves)
        store.remember(self._connection, self._log.space, self._new_answers, clock.now_ms())

    def _answer(
        self, push: Push, stage: Stage, n: int, key: ResultKey | None, draft: Draft
    ) -> Result:
        mutation = push.mutations[n]
        known = draft.answers.get(key) if key else None
        if known is not None:
            return _again(mutation, known, draft.records.get(mutation.key), stage)
        result = self._decide(push, stage, n, draft)
        if key is not None:
            draft.answers[key] = (mutation.fingerprint, orjson.dumps(result.essence()).decode())
        return result

    def _undone(self, result: Result) -> Result:
        """A result of a draft that was dropped: ``server`` is what is really there."""
        server = result.server and self.records.get(result.server.key)
        return replace(result, server=server)

    def _decide(self, push: Push, stage: Stage, n: int, draft: Draft) -> Result:
        problem = stage.problems[n]
        if problem is not None:
            return problem
        mutation = push.mutations[n]
        current = draft.records.get(mutation.key)
        past = partial(self._base_of, draft, stage.access, mutation.key)
        scene = stage.scene(mutation, past)
        decision = push.decision_foreseen(n, current) or decide(mutation, current, scene)
        if isinstance(decision, Result):
            return decision
        return draft.accept(mutation, decision, push.principal.user_id)

    def _base_of(self, draft: Draft, access: Access, key: store.Key, version: int) -> Base | None:
        """What a record was at an older version: replaced by this very group, or in the log."""
        replaced = draft.replaced.get((*key, version))
        if replaced is None:
            committed = self._committed.get(key)
            return committed and history.base_of(self._connection, access, committed, version)
        if replaced.data is None or not access.sees(replaced.realm):
            return None
        return Base(replaced.data, replaced.realm)

    def _keep(self, draft: Draft) -> None:
        for effect in draft.effects:
            effect.append(self._log)
        self._effects += draft.effects
        self.records.update(draft.records.maps[0])
        self.answers.update(draft.answers.maps[0])
        self.replaced.update(draft.replaced.maps[0])
        self._new_answers.update(draft.answers.maps[0])


def _again(mutation: Mutation, known: Answer, current: Record | None, stage: Stage) -> Result:
    """The answer to a mutation that was answered before, under present rights."""
    fingerprint, original = known
    if fingerprint != mutation.fingerprint:
        detail = "Another mutation was sent under this id. Make a new id for each edit."
        return rejected(FieldError(detail, pointer="#/mutation_id", code="mutation_id_reused"))
    again = Result(Status.DUPLICATE, original=original)
    if again.stood or current is None or not stage.access.sees(current.realm):
        return again
    return replace(again, server=current)

"""Mutations of one caller that are decided in order and answered together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.auth.principal import Principal
from service.records.decide import Decision
from service.records.mutation import Mutation, Result
from service.records.record import Record
from service.records.stage import Stage
from service.records.store import ResultKey


@dataclass(slots=True)
class Push:
    """``client_id`` is None for REST, whose mutations have no ids.

    ``epoch`` is what the client pulled under. ``foreseen`` holds decisions made before the lock,
    with the seq of the record they were made for.
    """

    space: str
    principal: Principal
    mutations: Sequence[Mutation]
    client_id: str | None = None
    epoch: str | None = None
    atomic: bool = False
    stage: Stage | None = None
    foreseen: dict[int, tuple[int, Decision]] = field(default_factory=dict)

    def result_keys(self) -> list[ResultKey | None]:
        """Under what the answer to each mutation is remembered."""
        return [self._result_key(mutation.mutation_id) for mutation in self.mutations]

    def decision_foreseen(self, n: int, current: Record | None) -> Decision | None:
        """The decision on mutation ``n`` made earlier, if ``current`` has not moved since."""
        seq, decision = self.foreseen.get(n, (0, None))
        return decision if current is not None and current.seq == seq else None

    def _result_key(self, mutation_id: str | None) -> ResultKey | None:
        if self.client_id is None or mutation_id is None:
            return None
        return self.principal.user_id, self.client_id, mutation_id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a push: ``refused`` when an atomic one had no effect at all."""

    results: Sequence[Result]
    head: int
    epoch: str
    refused: bool = False

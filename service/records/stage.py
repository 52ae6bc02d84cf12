"""What a push is decided by besides the records: access, and the collections' rules.

It is read, and every mutation checked against it, before the space is locked. All of it hangs on
the space's ``config_seq``; if that moved by the time of the lock, the push is staged again, under
the lock.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from service.auth.policy import decide as authorise
from service.auth.principal import Principal
from service.core.errors import FieldError, Forbidden
from service.core.offload import yield_now
from service.records.decide import History, Scene
from service.records.mutation import Mutation, Result, forbidden, rejected
from service.spaces.access import Access, AccessBook, Configuration
from service.spaces.books import CollectionBook
from service.spaces.collections import Collection
from service.spaces.errors import CollectionNotFound

WRITE = "records.write"
CHARACTERS_BETWEEN_PAUSES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Stage:
    """``problems[n]`` is what already speaks against mutation ``n``."""

    access: Access
    rules: Mapping[str, Collection]
    problems: Sequence[Result | None]
    bytes_max: int

    def scene(self, mutation: Mutation, history: History) -> Scene:
        """What ``decide`` needs for ``mutation``."""
        return Scene(self.access, self.rules[mutation.collection], history, self.bytes_max)

    def is_any_laborious(self, mutations: Sequence[Mutation]) -> bool:
        """Whether one of them is."""
        return any(self.is_laborious(n, mutation) for n, mutation in enumerate(mutations))

    def is_laborious(self, n: int, mutation: Mutation) -> bool:
        """Whether deciding takes parsing and validating that should not happen under the lock."""
        if self.problems[n] is not None:
            return False
        policy = mutation.on_conflict or self.rules[mutation.collection].on_conflict
        return mutation.op == "patch" or policy == "merge"


class Stager:
    """Makes stages."""

    def __init__(self, access: AccessBook, collections: CollectionBook, bytes_max: int) -> None:
        self._access = access
        self._collections = collections
        self._bytes_max = bytes_max

    def stage(
        self,
        connection: Connection,
        position: Configuration,
        principal: Principal,
        mutations: Sequence[Mutation],
    ) -> Stage:
        """Everything ``mutations`` are decided by, as of ``position``. Raises SpaceNotFound."""
        access = self._access.access(connection, position, principal.user_id)
        rules = {}
        for name in {mutation.collection for mutation in mutations}:
            with suppress(CollectionNotFound):
                rules[name] = self._collections.collection(connection, position, name)
        return self._staged(principal, access, rules, mutations)

    def recall(
        self, space: str, principal: Principal, mutations: Sequence[Mutation]
    ) -> Stage | None:
        """The same by what is remembered, which may hold no longer; None if not all of it is."""
        access = self._access.last_known(space, principal.user_id)
        if access is None:
            return None
        names = {mutation.collection for mutation in mutations}
        known = {name: self._collections.last_known(access, name) for name in names}
        rules = {name: collection for name, collection in known.items() if collection is not None}
        if len(rules) < len(names):
            return None
        return self._staged(principal, access, rules, mutations)

    def _staged(
        self,
        principal: Principal,
        access: Access,
        rules: Mapping[str, Collection],
        mutations: Sequence[Mutation],
    ) -> Stage:
        role_problem = _role_problem(principal, access)
        problems = [role_problem or problem for problem in _problems(mutations, rules)]
        return Stage(access, rules, problems, self._bytes_max)


def _role_problem(principal: Principal, access: Access) -> Result | None:
    try:
        authorise(principal, WRITE, access.role)
    except Forbidden as error:
        return forbidden(error.code, error.detail)
    return None


def _problems(
    mutations: Sequence[Mutation], rules: Mapping[str, Collection]
) -> Iterator[Result | None]:
    """What speaks against each mutation; others have their turn in between."""
    since_pause = 0
    for mutation in mutations:
        since_pause += len(mutation.text or "")
        if since_pause > CHARACTERS_BETWEEN_PAUSES:
            since_pause = 0
            yield_now()
        yield _problem(mutation, rules)


def _problem(mutation: Mutation, rules: Mapping[str, Collection]) -> Result | None:
    if mutation.problem is not None:
        return mutation.problem
    if mutation.collection not in rules:
        pointer = "#/collection"
        detail = f"There is no collection {mutation.collection}. Create it first."
        return rejected(FieldError(detail, pointer=pointer, code=CollectionNotFound.code))
    if mutation.op != "put" or mutation.value is None:
        return None
    errors = rules[mutation.collection].errors_of(mutation.value)
    return rejected(*errors) if errors else None

"""Group commit: whoever arrives while a group is being written is written in the next one.

There is no writer thread. The first to arrive leads: it writes its own item and all that wait
behind it, and when it is done the first of those who came meanwhile leads the next group. Under
gevent the lock and the waits are cooperative; with threads they are what they look like.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from service.core.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

Commit = Callable[[Sequence[Item]], Sequence[Result | BaseException]]

GROUP_WEIGHT_MAX = 1000
WAITING_ITEMS_MAX = 4096


class Lane(Generic[Item, Result]):
    """Items come one by one from many callers and are committed in groups, in their order."""

    def __init__(self, commit: Commit[Item, Result], weigh: Callable[[Item], int]) -> None:
        """``commit(items)`` answers one result, or one exception to raise, for each item.

        A group is closed when its items together weigh GROUP_WEIGHT_MAX.
        """
        self._commit = commit
        self._weigh = weigh
        self._mutex = threading.Lock()
        self._waiting: list[_Ticket[Item, Result]] = []
        self._led = False

    def submit(self, item: Item) -> Result:
        """Wait until ``item`` was committed in some group; its result, or its exception raised.

        Raises Unavailable when WAITING_ITEMS_MAX others wait already.
        """
        ticket: _Ticket[Item, Result] = _Ticket(item)
        if not self._join(ticket):
            self._wait(ticket)
        if ticket.outcome is None:
            self._lead()
        return ticket.unwrap()

    def _join(self, ticket: "_Ticket[Item, Result]") -> bool:
        with self._mutex:
            if len(self._waiting) >= WAITING_ITEMS_MAX:
                raise Unavailable(retry_after_seconds=1)
            self._waiting.append(ticket)
            leads, self._led = not self._led, True
        return leads

    def _wait(self, ticket: "_Ticket[Item, Result]") -> None:
        try:
            ticket.turn.wait()
        except BaseException:  # the caller was killed: nobody may be left waiting for it to lead
            with self._mutex:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    if ticket.turn.is_set():
                        self._promote_next()
            raise

    def _lead(self) -> None:
        with self._mutex:
            group = self._next_group()
        outcomes: Sequence[Result | BaseException] = [Unavailable() for _ in group]
        try:
            outcomes = self._commit([ticket.item for ticket in group])
        except Exception as error:  # noqa: BLE001 - raised again in the caller it belongs to
            outcomes = [error for _ in group]
        finally:
            with self._mutex:
                self._promote_next()
            for ticket, outcome in zip(group, outcomes, strict=True):
                ticket.outcome = (outcome,)
                ticket.turn.set()

    def _next_group(self) -> "list[_Ticket[Item, Result]]":
        weight = count = 0
        while count < len(self._waiting) and weight < GROUP_WEIGHT_MAX:
            weight += self._weigh(self._waiting[count].item)
            count += 1
        group = self._waiting[:count]
        del self._waiting[:count]
        return group

    def _promote_next(self) -> None:
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].turn.set()


class _Ticket(Generic[Item, Result]):
    """One caller's place in the queue. ``turn`` is set when it has an outcome, or has to lead."""

    __slots__ = ("item", "outcome", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = threading.Event()
        self.outcome: tuple[Result | BaseException] | None = None

    def unwrap(self) -> Result:
        assert self.outcome is not None  # noqa: S101 - an invariant
        (outcome,) = self.outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

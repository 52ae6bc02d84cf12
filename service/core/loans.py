"""Connections on loan. Those that come back whole stay at hand instead of going to the pool.

SQLAlchemy's pool makes the connections, bounds their number and has whoever finds none wait; but
what it does at each checkout and return costs a quarter of the hottest request. So a connection
that nothing went wrong with is kept checked out, and lent again as it is. One that anything went
wrong with goes back to the pool, which resets it or throws it away.
"""

import threading
from collections import deque
from types import TracebackType

import psycopg
from sqlalchemy import Connection, Engine

from service.core.driver_errors import as_service_error


class Shelf:
    """The connections of one engine that are at hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._idle: deque[Connection] = deque()
        self._waiting = 0
        self._counting = threading.Lock()

    def lend(self) -> "Loan":
        """One of them, for a ``with`` statement. Raises Busy, DatabaseDown; translates errors."""
        return Loan(self)

    def take(self) -> Connection:
        """One that is at hand, or one of the pool's, which may take a while."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._wait()

    def give_back(self, connection: Connection, idle: deque[Connection]) -> None:
        """Keep it at hand among the ``idle`` it came from, unless somebody waits in the pool."""
        if connection.in_transaction() or connection.invalidated:
            connection.close()  # SQLAlchemy itself was used, and knows what it has to undo
            return
        idle.append(connection)
        if self._waiting or idle is not self._idle:
            _close_all(idle)

    @property
    def idle(self) -> deque[Connection]:
        """Those at hand now; another collection after each ``renew``."""
        return self._idle

    def renew(self) -> None:
        """Begin again with new connections: at a fork, at the end, or when a server hung up."""
        old, self._idle = self._idle, deque()
        _close_all(old)
        self.engine.dispose()

    def _wait(self) -> Connection:
        self._count_waiting(1)
        try:
            # Whoever gives back either saw that we wait, or we see here what was given back.
            return self._idle.pop() if self._idle else self.engine.connect()
        finally:
            self._count_waiting(-1)

    def _count_waiting(self, more: int) -> None:
        with self._counting:
            self._waiting += more


class Loan:
    """A connection between ``take`` and ``give_back``."""

    __slots__ = ("_connection", "_idle", "_shelf")

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __enter__(self) -> Connection:
        try:
            self._idle = self._shelf.idle
            self._connection = self._shelf.take()
        except Exception as error:
            raise as_service_error(error) or error from error
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._shelf.give_back(self._connection, self._idle)
            return
        hung_up = _hung_up(self._connection)
        self._connection.close()
        if hung_up:  # what broke one connection has mostly broken them all
            self._shelf.renew()
        if translated := as_service_error(error):
            raise translated from error


def _hung_up(connection: Connection) -> bool:
    """Whether the server did. Hot statements go past SQLAlchemy, so it may not know."""
    if connection.invalidated:
        return True
    driver = connection.connection.driver_connection
    return isinstance(driver, psycopg.Connection) and driver.closed


def _close_all(connections: deque[Connection]) -> None:
    while connections:
        connections.pop().close()

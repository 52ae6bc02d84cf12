"""The bus of the processes that share a Postgres database: NOTIFY, on a connection of its own.

Never in the transaction that writes: at commit NOTIFY takes a lock that is one for the whole
server, and would put every writer in a row. Here it is a transaction of its own, for many topics
at once, that does not wait for the disk. The connection must reach Postgres itself: a pooler in
transaction mode cannot LISTEN.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from service.events.remote import RemoteBus

REST_SECONDS = 0.02
CONNECT_SECONDS_MAX = 2

_BEGIN = "SET statement_timeout = 1000; SET synchronous_commit = off; LISTEN syncline"
_SEND = "SELECT pg_notify('syncline', message) FROM unnest(%s::text[]) AS message"

# The kernel notices within about ten seconds that the other machine is gone. A server that is there
# and hangs holds this connection's thread, and nobody else.
_KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class PostgresLine:
    """One connection that listens and notifies. Payloads stay far below the 8,000 bytes allowed."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        connection.execute(_BEGIN)

    def fileno(self) -> int:
        """The connection's socket."""
        return self._connection.fileno()

    def send(self, messages: list[str]) -> None:
        """One statement, one transaction."""
        self._connection.execute(_SEND, [messages])

    def receive(self) -> list[str]:
        """Those that came while sending, then those on the socket."""
        return [heard.payload for heard in self._connection.notifies(timeout=0)]


def open_postgres(url: str) -> RemoteBus:
    """The bus on ``postgresql+psycopg://…``."""
    conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
    return RemoteBus("the bus on Postgres", partial(_line, conninfo), rest_seconds=REST_SECONDS)


@contextmanager
def _line(conninfo: str) -> Iterator[PostgresLine]:
    with psycopg.connect(
        conninfo,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS_MAX,
        application_name="syncline bus",
        **_KEEPALIVE,
    ) as connection:
        yield PostgresLine(connection)

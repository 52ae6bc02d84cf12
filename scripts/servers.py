"""Real servers to test against, thrown away afterwards: ``with servers.postgres() as url``.

A server is taken from where it can be had: one that runs already (TEST_DATABASE_URL,
TEST_REDIS_URL), a program of this machine, a program that a development requirement carries. Where
there is none that is an error, never a reason to test less.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.servers_postgres import Postgres
from scripts.servers_redis import Redis


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a Postgres whose databases may be made and dropped at will."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with Postgres() as server:
        yield server.url


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis that may be filled and flushed at will."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with Redis() as server:
        yield server.url

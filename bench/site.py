"""Where one row takes place: its directory, its databases and its servers, all gone at its end."""

import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Literal, Self

import psycopg
import sqlalchemy as sa

from bench.server import Server, running
from scripts.servers_postgres import Postgres

Kind = Literal["sqlite", "postgresql"]
Check = Callable[[], Sequence[str]]
"""Looks at the work that was done; says what is wrong with it."""

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
ROOMY = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


class DurablePostgres(Postgres):
    """A Postgres as in production: what it acknowledged is on the disk."""

    def command(self) -> Sequence[str]:
        """The tests' server with durability switched on again: the last of two options counts."""
        options = [f"--{name}={value}" for name, value in (DURABLE | ROOMY).items()]
        return [*super().command(), *options]

    @property
    def pid(self) -> int:
        """Its first process."""
        return int((self.directory / "data" / "postmaster.pid").read_text().split()[0])


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """An empty database. ``server_pid`` is None for SQLite, which runs inside its client."""

    url: str
    server_pid: int | None

    def url_for(self, driver: str) -> str:
        """The address as another driver or library wants it."""
        url = sa.make_url(self.url).set(drivername=driver)
        return url.render_as_string(hide_password=False)


class Site:
    """Use it as a context: what was started in it ends with it."""

    def __init__(self) -> None:
        self.directory = Path(mkdtemp(prefix="syncline-bench-"))
        self.checks: list[Check] = []
        self._stack = ExitStack()
        self._stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def fresh_directory(self) -> Path:
        """An empty directory."""
        directory = self.directory / str(next(self._numbers))
        directory.mkdir()
        return directory

    def fresh_database(self, kind: Kind) -> FreshDatabase:
        """An empty database of either kind."""
        if kind == "sqlite":
            return FreshDatabase(f"sqlite:///{self.fresh_directory()}/bench.db", None)
        name = f"bench_{next(self._numbers)}"
        server = sa.make_url(self._postgres.url)
        plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = server.set(database=name).render_as_string(hide_password=False)
        return FreshDatabase(url, self._postgres.pid)

    def start(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        database: FreshDatabase | None = None,
    ) -> Server:
        """Start a server and wait until it answers. ``server.PORT`` stands for its port."""
        pid = database.server_pid if database else None
        return self._stack.enter_context(running(command, environ, self.fresh_directory(), pid))

    @cached_property
    def _postgres(self) -> DurablePostgres:
        return self._stack.enter_context(DurablePostgres())

"""Fresh databases for tests, copied from one that was migrated once."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from scripts import migrate
from service.core.ids import new_epoch
from service.core.settings import Settings, load_settings
from service.lists.indexes import NAME_PREFIX
from service.tables import metadata

SECRET_KEY = "a secret key for tests, long enough to be taken"
BOOTSTRAP_TOKEN = "a bootstrap token for tests, long enough"


def settings_for(database_url: str, data_dir: Path, **environment: str) -> Settings:
    """Settings of an installation with this database."""
    return load_settings(environment_for(database_url, data_dir) | environment)


def environment_for(database_url: str, data_dir: Path) -> dict[str, str]:
    """The environment of an installation with this database."""
    return {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": SECRET_KEY,
        "BOOTSTRAP_TOKEN": BOOTSTRAP_TOKEN,
        "SQLITE_SYNCHRONOUS": "NORMAL",
    }


class SqliteShelf:
    """Copies of a migrated file."""

    def __init__(self, directory: Path) -> None:
        self._template = directory / "template.db"
        migrate.migrate(settings_for(f"sqlite:///{self._template}", directory))

    @contextmanager
    def copy(self, directory: Path) -> Iterator[str]:
        """The URL of a fresh database in ``directory``."""
        path = directory / "syncline.db"
        shutil.copy(self._template, path)
        yield f"sqlite:///{path}"


class PostgresShelf:
    """Migrated databases, emptied and used again: making one takes longer than most tests."""

    def __init__(self, server_url: str, directory: Path) -> None:
        self._server = sa.make_url(server_url)
        self._directory = directory
        self._free: list[str] = []

    @contextmanager
    def copy(self, _directory: Path) -> Iterator[str]:
        """The URL of a fresh database."""
        name = self._free.pop() if self._free else self._create()
        yield self._url(name)
        with psycopg.connect(self._plain(name), autocommit=True) as connection:
            _empty(connection)
        self._free.append(name)

    def close(self) -> None:
        """Drop what was made."""
        for name in self._free:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        migrate.migrate(settings_for(self._url(name), self._directory))
        return name

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._plain(None), autocommit=True) as connection:
            connection.execute(statement)

    def _plain(self, name: str | None) -> str:
        url = self._server.set(drivername="postgresql", database=name or self._server.database)
        return url.render_as_string(hide_password=False)

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _empty(connection: "psycopg.Connection[tuple[str]]") -> None:
    """Back to what the migrations made: no rows but the space ``main``, no index but theirs."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    declared = connection.execute(
        "SELECT indexname FROM pg_indexes WHERE starts_with(indexname, %s)", [NAME_PREFIX]
    ).fetchall()
    for (name,) in declared:
        connection.execute(f'DROP INDEX "{name}"')
    for table in metadata.tables:
        where = " WHERE id <> 'main'" if table == "spaces" else ""
        connection.execute(f"DELETE FROM {table}{where}")  # noqa: S608 - names of our own
    connection.execute(
        "UPDATE spaces SET name = 'Main', head = 0, floor = 0, config_seq = 0, epoch = %s",
        [new_epoch()],
    )

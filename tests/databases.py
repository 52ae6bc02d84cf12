"""Fresh databases for tests, copied from one that was migrated once."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from scripts import migrate
from service.core.settings import Settings, load_settings

SECRET_KEY = "a secret key for tests, long enough to be taken"
BOOTSTRAP_TOKEN = "a bootstrap token for tests, long enough"


def settings_for(database_url: str, data_dir: Path, **environment: str) -> Settings:
    """Settings of an installation with this database."""
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(data_dir),
            "SECRET_KEY": SECRET_KEY,
            "BOOTSTRAP_TOKEN": BOOTSTRAP_TOKEN,
            "SQLITE_SYNCHRONOUS": "NORMAL",
            **environment,
        }
    )


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
    """Copies of a migrated template database."""

    def __init__(self, server_url: str, directory: Path) -> None:
        self._server = sa.make_url(server_url)
        self._template = self._create("template0")
        migrate.migrate(settings_for(self._url(self._template), directory))

    @contextmanager
    def copy(self, _directory: Path) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards."""
        name = self._create(self._template)
        try:
            yield self._url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop the template."""
        self._execute(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _create(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _execute(self, statement: str) -> None:
        plain = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

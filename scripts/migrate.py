"""Bring the database to the schema of this code: ``python -m scripts.migrate``.

Safe to run by several processes at once and again at any time: one works while the others wait,
and then find nothing to do. ``--release`` is for the Procfile's release phase, whose machine has
no disk that lasts: there it leaves SQLite to the web process.
"""

import argparse
import fcntl
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from scripts.processes import ROOT, settings_or_exit, stop
from service.core.settings import Settings

ADVISORY_LOCK = 0x53594E43
TURN_SECONDS_MAX = 300
TABLE_LOCK_SECONDS_MAX = 5
TRIES_MAX = 6


def main(arguments: list[str]) -> None:
    """Migrate, or end with the reason."""
    parser = argparse.ArgumentParser(description="Bring the database to the schema of this code.")
    parser.add_argument("--release", action="store_true", help="leave SQLite to the web process")
    options = parser.parse_args(arguments)
    if options.release:
        os.environ["ALLOW_EPHEMERAL"] = "1"  # nothing is written here that should last
    settings = settings_or_exit()
    if options.release and settings.is_sqlite:
        print("SQLite: the web process migrates when it starts, where the disk is.")
        return
    try:
        migrate(settings)
    except OperationalError as problem:
        stop(f"The database cannot be migrated: {problem.orig}")


def migrate(settings: Settings) -> None:
    """Upgrade the schema; raises ``OperationalError`` when the database cannot be had."""
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with turn(settings), engine.connect() as connection:
        if settings.is_sqlite:
            # The file remembers it, and to change it takes the file for oneself: do it here, where
            # nobody else is, and not in the processes that are about to start together.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.commit()
        else:
            take_turn(connection)
        upgrade(connection)


@contextmanager
def turn(settings: Settings) -> Iterator[None]:
    """On SQLite a file is the lock. On Postgres it is in the database: see ``take_turn``."""
    if not settings.is_sqlite:
        yield
        return
    with (settings.data_dir / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def take_turn(connection: sa.Connection) -> None:
    """Wait for the advisory lock, which the end of ``connection`` frees."""
    connection.execute(sa.text(f"SET lock_timeout = '{TURN_SECONDS_MAX}s'"))
    connection.execute(sa.select(sa.func.pg_advisory_lock(ADVISORY_LOCK)))
    # A change to a table that others use must not make them queue behind it.
    connection.execute(sa.text(f"SET lock_timeout = '{TABLE_LOCK_SECONDS_MAX}s'"))
    connection.commit()


def upgrade(connection: sa.Connection) -> None:
    """Run what is missing, each revision in a transaction; a table that is busy is tried again."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(ROOT / "migrations"))
    for attempt in range(1, TRIES_MAX + 1):
        try:
            command.upgrade(config, "head")
        except OperationalError:
            if attempt == TRIES_MAX or connection.dialect.name == "sqlite":
                raise
            connection.rollback()
            time.sleep(attempt * random.uniform(0.5, 1.5))  # noqa: S311 - only to spread retries
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1:])

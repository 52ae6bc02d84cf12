"""Migrations: by several processes at once, again, and where there is nothing to migrate."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a process with an empty database."""
    environ = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET}
    if request.param == "sqlite":
        yield environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/syncline.db"}
        return
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    name = f"migrate_{uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        url = server.set(database=name).render_as_string(hide_password=False)
        yield environ | {"DATABASE_URL": url}
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def migrating(environ: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.migrate", *arguments],
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def migrated(environ: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code and output of one migration."""
    process = migrating(environ, *arguments)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def tables(environ: Mapping[str, str]) -> set[str]:
    engine = sa.create_engine(environ["DATABASE_URL"], poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names())


def test_three_that_start_at_once_make_one_schema(empty: dict[str, str]) -> None:
    processes = [migrating(empty) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert {"users", "spaces", "changes"} <= tables(empty)


def test_there_is_nothing_to_do_the_second_time(empty: dict[str, str]) -> None:
    assert migrated(empty) == (0, "")
    assert migrated(empty) == (0, "")


def test_a_release_leaves_sqlite_to_the_web_process(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path / "data"), "DYNO": "release.1"}
    code, output = migrated(environ, "--release")
    assert code == 0
    assert "the web process migrates" in output
    assert not (tmp_path / "data" / "syncline.db").exists()


def test_a_database_that_is_not_there_is_reported_in_a_sentence(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": SECRET}
    code, output = migrated(away | {"DATA_DIR": str(tmp_path)})
    assert code == 1
    assert output.startswith("syncline: The database cannot be migrated:")

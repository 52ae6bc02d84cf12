"""Throw-away servers: real ones, from wherever they can be had, and gone afterwards."""

import fcntl
import os
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from scripts import servers, servers_postgres, servers_process, servers_redis
from scripts.servers_postgres import Postgres
from scripts.servers_process import NoServer, package_directory, wait_until
from scripts.servers_redis import Redis


def server_version(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.info.server_version


def pings(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        return bool(client.ping())


def wheel_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where nothing is installed."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(servers_postgres, "INSTALLED", Path("/nowhere"))


class TestPostgres:
    def test_of_the_wheel_starts_where_the_machine_has_none(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel_only(monkeypatch)
        with Postgres() as server:
            assert server_version(server.url) >= 180000

    def test_comes_back_after_a_kill_and_leaves_nothing(self) -> None:
        with Postgres() as server:
            server.kill()
            server.start()
            assert server_version(server.url) >= 150000
        assert not server.directory.exists()

    def test_that_runs_already_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_DATABASE_URL", "postgres://given")
        with servers.postgres() as url:
            assert url == "postgres://given"

    def test_that_is_nowhere_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wheel_only(monkeypatch)
        monkeypatch.setattr(servers_postgres, "package_directory", lambda _package: None)
        with pytest.raises(NoServer, match="set TEST_DATABASE_URL"):
            Postgres()


class TestRedis:
    def test_of_the_wheel_starts_where_the_machine_has_none(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel_only(monkeypatch)
        with Redis() as server:
            assert pings(server.url)

    def test_comes_back_at_its_address_after_a_kill(self) -> None:
        with Redis() as server:
            server.kill()
            server.start()
            assert pings(server.url)
        assert not server.directory.exists()

    def test_that_runs_already_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_REDIS_URL", "redis://given")
        with servers.redis() as url:
            assert url == "redis://given"

    def test_that_is_nowhere_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wheel_only(monkeypatch)
        monkeypatch.setattr(servers_redis, "package_directory", lambda _package: None)
        with pytest.raises(NoServer, match="set TEST_REDIS_URL"):
            Redis()

    def test_that_does_not_start_says_why(self) -> None:
        server = Redis()
        server.port = 99_999
        with pytest.raises(NoServer, match="redis ended at once"):
            server.__enter__()
        assert not server.directory.exists()


class TestAbandoned:
    @pytest.fixture
    def directory(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        monkeypatch.setattr(servers_process, "CLAIM_SECONDS_MAX", -1.0)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        return Path(tempfile.mkdtemp(prefix=servers_process.PREFIX))

    def test_directories_are_removed(self, directory: Path) -> None:
        servers_process.remove_abandoned()
        assert not directory.exists()

    def test_a_directory_in_use_is_not(self, directory: Path) -> None:
        handle = os.open(directory, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        servers_process.remove_abandoned()
        os.close(handle)
        assert directory.exists()


def test_a_package_is_found_without_being_imported() -> None:
    assert package_directory("no_such_package") is None
    assert package_directory("flask") is not None


def test_waiting_has_an_end() -> None:
    with pytest.raises(NoServer, match="too late"):
        wait_until(lambda: False, 0.1, "too late")

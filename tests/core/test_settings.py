"""Settings: what the environment may say, and what is answered when it says something else."""

import dataclasses
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.core.secret_file import kept_secret
from service.core.settings import SETTINGS, SettingError, Settings, load_settings
from service.core.settings_platform import PLATFORMS

POSTGRES = "postgres://user:password@host/name"
SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    return {"DATA_DIR": str(tmp_path / "data")}


def sentence(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingError) as refusal:
        load_settings(environ)
    return str(refusal.value)


class TestDefaults:
    def test_are_enough_to_start_on_sqlite(self, here: dict[str, str]) -> None:
        settings = load_settings(here)
        assert settings.is_sqlite
        assert settings.sqlite_path == settings.data_dir / "syncline.db"
        assert settings.port == 8000
        assert settings.record_bytes_max == 256 * 1024
        assert settings.redis_url is None

    def test_hold_for_empty_variables_too(self, here: dict[str, str]) -> None:
        empty = {row.name: " " for row in SETTINGS if row.name != "DATA_DIR"}
        assert load_settings(here | empty) == load_settings(here)

    def test_trust_one_proxy_on_a_platform_and_none_elsewhere(self, here: dict[str, str]) -> None:
        hosted = here | {"DYNO": "web.1", "ALLOW_EPHEMERAL": "1"}
        assert load_settings(here).trusted_proxy_hops == 0
        assert load_settings(hosted).trusted_proxy_hops == 1
        assert load_settings(hosted | {"TRUSTED_PROXY_HOPS": "0"}).trusted_proxy_hops == 0


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "80", 80),
        ("RECORD_BYTES_MAX", "65536", 65536),
        ("RECORD_BYTES_MAX", "64 KiB", 65536),
        ("UPLOAD_BYTES_MAX", "3GiB", 3 * 2**30),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("LOG_FORMAT", "Console", "console"),
        ("ALLOW_EPHEMERAL", "true", True),
        ("ALLOW_EPHEMERAL", "off", False),
        ("PUBLIC_URL", "https://sync.example.org/", "https://sync.example.org"),
        ("DATABASE_URL", "sqlite:////some/where.db", "sqlite:////some/where.db"),
        ("REDIS_URL", "redis://host:6379/1", "redis://host:6379/1"),
        ("REDIS_URL", "rediss://host", "rediss://host?ssl_cert_reqs=required"),
        ("REDIS_URL", "rediss://h?ssl_cert_reqs=CERT_NONE", "rediss://h?ssl_cert_reqs=none"),
        ("REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_text_becomes_a_value(here: dict[str, str], name: str, text: str, value: object) -> None:
    assert getattr(load_settings(here | {name: text}), name.lower()) == value


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgres_means_the_one_driver(here: dict[str, str], scheme: str) -> None:
    url = f"{scheme}://user:password@host/name?sslmode=require"
    settings = load_settings(here | {"DATABASE_URL": url, "SECRET_KEY": SECRET})
    assert settings.database_url == "postgresql+psycopg://user:password@host/name?sslmode=require"
    assert not settings.is_sqlite


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("PORT", "http", "PORT must be a whole number from 1 to 65535."),
        ("PORT", "0", "PORT must be a whole number from 1 to 65535."),
        ("PORT", "²", "PORT must be a whole number"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must be postgres://"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL must be postgres://"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL must be postgres://"),
        ("REDIS_URL", "host:6379", "REDIS_URL must be redis://"),
        ("REDIS_URL", "rediss://host?ssl_cert_reqs=maybe", "REDIS_URL must have ssl_cert_reqs="),
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 32 characters"),
        ("BOOTSTRAP_TOKEN", "short", "BOOTSTRAP_TOKEN must have at least 32 characters"),
        ("PUBLIC_URL", "sync.example.org", "PUBLIC_URL must be like https://"),
        ("PUBLIC_URL", "https://example.org/sync", "PUBLIC_URL must be like https://"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of json, console."),
        ("ALLOW_EPHEMERAL", "maybe", "ALLOW_EPHEMERAL must be 1 or 0."),
        ("UPLOAD_BYTES_MAX", "2 GB", "UPLOAD_BYTES_MAX must be a size"),
        ("WEB_CONCURRENCY", "2", "WEB_CONCURRENCY must be 1 with SQLite"),
    ],
)
def test_a_bad_value_is_answered_with_what_to_set(
    here: dict[str, str], name: str, text: str, advice: str
) -> None:
    assert sentence(here | {name: text}).startswith(advice)


def test_everything_that_is_wrong_is_said_at_once(here: dict[str, str]) -> None:
    lines = sentence(here | {"PORT": "x", "LOG_LEVEL": "y", "LEASE_SECONDS": "z"}).splitlines()
    assert [line.split()[0] for line in lines] == ["PORT", "LEASE_SECONDS", "LOG_LEVEL"]


class TestSecretKey:
    def test_is_made_once_on_sqlite_and_kept_from_others(self, here: dict[str, str]) -> None:
        made = load_settings(here)
        kept = made.data_dir / "secret.key"
        assert load_settings(here).secret_key == made.secret_key == kept.read_text().strip()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.data_dir.stat().st_mode) == 0o700

    def test_is_one_for_all_that_start_at_once(self, tmp_path: Path) -> None:
        place = tmp_path / "new" / "secret.key"
        with ThreadPoolExecutor(16) as pool:
            secrets = set(pool.map(kept_secret, [place] * 16))
        assert len(secrets) == 1
        assert [path.name for path in place.parent.iterdir()] == ["secret.key"]

    def test_must_be_set_on_postgres(self, here: dict[str, str]) -> None:
        assert sentence(here | {"DATABASE_URL": POSTGRES}).startswith("SECRET_KEY must be set")

    def test_is_never_shown(self, here: dict[str, str]) -> None:
        settings = load_settings(here | {"SECRET_KEY": SECRET, "BOOTSTRAP_TOKEN": SECRET})
        assert SECRET not in repr(settings)


class TestPlatforms:
    @pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
    def test_refuse_a_database_that_would_be_thrown_away(
        self, here: dict[str, str], platform: object
    ) -> None:
        marker = {getattr(platform, "marker", ""): "set"}
        assert "does not outlive a deployment" in sentence(here | marker)
        assert load_settings(here | marker | {"ALLOW_EPHEMERAL": "1"}).is_sqlite

    def test_take_a_disk_that_was_attached(
        self, here: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = Path(here["DATA_DIR"]).parent
        monkeypatch.setattr(Path, "is_mount", lambda place: place in (disk, Path("/")))
        assert load_settings(here | {"FLY_APP_NAME": "app"}).is_sqlite
        assert "does not outlive" in sentence(here | {"DYNO": "web.1"})

    def test_say_which_file_lies_on_no_disk(
        self, here: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = Path(here["DATA_DIR"]).parent
        monkeypatch.setattr(Path, "is_mount", lambda place: place == disk)
        elsewhere = {"DATABASE_URL": "sqlite:////elsewhere/syncline.db"}
        assert sentence(here | {"RAILWAY_SERVICE_ID": "1"} | elsewhere).startswith("DATABASE_URL:")

    def test_accept_postgres(self, here: dict[str, str]) -> None:
        hosted = {"DYNO": "web.1", "DATABASE_URL": POSTGRES, "SECRET_KEY": SECRET}
        assert load_settings(here | hosted | {"WEB_CONCURRENCY": "4"}).web_concurrency == 4


def test_a_data_dir_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "DATA_DIR" in sentence({"DATA_DIR": str(tmp_path / "file")})


def test_every_field_is_a_row_of_the_table_and_says_what_it_is_for() -> None:
    assert [row.name.lower() for row in SETTINGS] == [f.name for f in dataclasses.fields(Settings)]
    assert all(row.help.endswith(".") for row in SETTINGS)

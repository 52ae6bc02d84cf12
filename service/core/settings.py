"""Everything that can be set, in one table.

The fields of ``Settings`` are the table: each names an environment variable, its default as one
would write it there, the parser that reads it, and the help that ``scripts/config.py`` and the
documentation print. ``load_settings`` reads all of it once, when a process starts, and says
everything that is wrong in sentences that say what to set.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from service.core import settings_text as read
from service.core.secret_file import kept_secret
from service.core.settings_platform import Platform, loses, platform_of

KIB, MIB, GIB = 2**10, 2**20, 2**30
SECRET_KEY_FILE = "secret.key"  # noqa: S105 - the name of a file
SQLITE = "sqlite:///"
T = TypeVar("T")


class SettingError(Exception):
    """One sentence a line: what is set wrongly, and what to set instead."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table. ``default`` is text; where there is none, ``otherwise`` tells why."""

    name: str
    default: str | None
    parse: Callable[[str], Any]
    help: str
    otherwise: str
    secret: bool


def setting(
    default: str | None,
    parse: Callable[[str], T],
    help: str,  # noqa: A002 - the column is called help
    *,
    otherwise: str = "none",
    secret: bool = False,
) -> T:
    """A field of ``Settings``, typed as what ``parse`` returns."""
    row = {
        "default": default,
        "parse": parse,
        "help": help,
        "otherwise": otherwise,
        "secret": secret,
    }
    made: T = field(metadata=row, repr=not secret)
    return made


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """``parse``, for a setting that may be missing."""
    return parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this installation is set to. A field is called as its variable, in lower case."""

    # Where it listens
    port: int = setting("8000", read.whole(1, 65535), "The port that the web process listens on.")
    bind_address: str = setting(
        "0.0.0.0",  # noqa: S104 - behind a platform's router nothing else is reachable
        read.text,
        "The address that the web process listens on; 127.0.0.1 serves this machine alone.",
    )
    public_url: str | None = setting(
        None,
        optional(read.web_url),
        "The address that clients use: the `type` of an error begins with it.",
        otherwise="taken from each request",
    )
    trusted_proxy_hops: int = setting(
        None,
        read.whole(0, 10),
        "How many proxies stand before the service and add to X-Forwarded-For.",
        otherwise="1 on a hosting platform, else 0",
    )

    # What it keeps, and where
    data_dir: Path = setting(
        "./data", read.directory, "The directory for everything that is kept on this machine."
    )
    database_url: str = setting(
        None,
        read.database_url,
        "The database: postgres://user:password@host/name, or sqlite:/// and a path.",
        otherwise="the SQLite file syncline.db in DATA_DIR",
        secret=True,
    )
    redis_url: str | None = setting(
        None,
        optional(read.redis_url),
        "A Redis server: jobs start sooner, and who waits in another process is woken sooner.",
        secret=True,
    )
    database_pool_size: int = setting(
        "4", read.whole(1, 100), "Connections to Postgres that each web process keeps."
    )
    sqlite_synchronous: str = setting(
        "FULL",
        read.one_of("FULL", "NORMAL"),
        "FULL keeps what was acknowledged through a power cut; NORMAL is faster and may lose the "
        "last moments, never the consistency.",
    )
    allow_ephemeral: bool = setting(
        "0",
        read.switch,
        "1 accepts that a platform throws the SQLite file away at each deployment.",
    )

    # Secrets
    secret_key: str = setting(
        None,
        read.secret,
        "The key that all signatures and all encryption are derived from. Required on Postgres.",
        otherwise="made once and kept in DATA_DIR/secret.key",
        secret=True,
    )
    secret_key_previous: str | None = setting(
        None,
        optional(read.secret),
        "The SECRET_KEY before this one: what it signed stays valid while it is set.",
        secret=True,
    )
    bootstrap_token: str | None = setting(
        None,
        optional(read.secret),
        "Whoever holds it may create the first user, once.",
        otherwise="nobody can, except by `scripts.create_admin`",
        secret=True,
    )

    # Processes
    web_concurrency: int = setting(
        "1", read.whole(1, 64), "Web processes. With SQLite there is exactly one."
    )
    worker_concurrency: int = setting(
        "2", read.whole(1, 64), "Jobs that one worker runs at a time."
    )
    shutdown_seconds: int = setting(
        "25",
        read.whole(5, 300),
        "How long processes may take to finish what they are doing when told to stop.",
    )
    lease_seconds: int = setting(
        "30",
        read.whole(5, 600),
        "How long a job stays with a worker that has fallen silent.",
    )

    # Log
    log_level: str = setting(
        "INFO", read.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "The least that is logged."
    )
    log_format: str = setting(
        "json", read.one_of("json", "console"), "json for machines, console for people."
    )

    # Limits
    record_bytes_max: int = setting(
        "256 KiB", read.size(KIB, 16 * MIB), "The largest data of one record."
    )
    json_body_bytes_max: int = setting(
        "4 MiB", read.size(KIB, 64 * MIB), "The largest JSON body of a request."
    )
    push_mutations_max: int = setting(
        "1000", read.whole(1, 100_000), "The most mutations in one push."
    )
    push_bytes_max: int = setting("4 MiB", read.size(KIB, 64 * MIB), "The largest push.")
    push_touched_bytes_max: int = setting(
        "32 MiB", read.size(MIB, 1024 * MIB), "The most data that the records of a push may hold."
    )
    changes_page_bytes_max: int = setting(
        "1 MiB", read.size(64 * KIB, 64 * MIB), "The most data in one page of changes."
    )
    upload_bytes_max: int = setting("2 GiB", read.size(KIB, 1024 * GIB), "The largest upload.")
    import_chunk_rows: int = setting(
        "2000", read.whole(1, 20_000), "Rows that an import writes in one transaction."
    )

    # How long things are kept
    retention_days: int = setting(
        "90",
        read.whole(1, 3650),
        "How long a client may stay away and still catch up without starting over.",
    )
    mutation_result_days: int = setting(
        "30",
        read.whole(1, 3650),
        "How long a mutation that is sent again gets its first result.",
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.database_url.startswith(SQLITE)

    @property
    def sqlite_path(self) -> Path:
        """The file of the SQLite database."""
        return Path(self.database_url.removeprefix(SQLITE).partition("?")[0]).absolute()


SETTINGS: Final = tuple(Setting(name=row.name.upper(), **row.metadata) for row in fields(Settings))


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that ``environ`` makes; an empty variable counts as unset.

    On SQLite this makes ``DATA_DIR``, and in it the secret key, where they are missing.
    Raises ``SettingError``.
    """
    settings = Settings(**_completed(_parsed(environ), environ))
    _stop_for(refusals(settings, environ))
    return _with_data_dir(settings) if settings.is_sqlite else settings


def refusals(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Why ``settings``, each of them valid, cannot work together here."""
    if not settings.is_sqlite and not settings.secret_key:
        yield (
            "SECRET_KEY must be set with Postgres, to one value for all processes: "
            f"{read.HOW_TO_MAKE_ONE}."
        )
    if settings.is_sqlite and settings.web_concurrency > 1:
        yield (
            "WEB_CONCURRENCY must be 1 with SQLite: set it to 1, or set DATABASE_URL to a Postgres."
        )
    platform = platform_of(environ)
    if platform and settings.is_sqlite and not settings.allow_ephemeral:
        yield from _losses(platform, settings)


def _losses(platform: Platform, settings: Settings) -> Iterator[str]:
    kept = {"DATA_DIR": settings.data_dir, "DATABASE_URL": settings.sqlite_path.parent}
    lost = [name for name, place in kept.items() if loses(platform, place)]
    if lost:
        disk = f" (or {platform.disk}, and set DATA_DIR to a directory on it)"
        yield (
            f"{' and '.join(lost)}: what is written there does not outlive a deployment on "
            f"{platform.name}. Set DATABASE_URL to a Postgres{disk if platform.disk else ''}, "
            "or set ALLOW_EPHEMERAL=1 to accept the loss."
        )


def _parsed(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for row in SETTINGS:
        text = environ.get(row.name, "").strip() or row.default
        try:
            values[row.name.lower()] = None if text is None else row.parse(text)
        except ValueError as problem:
            problems.append(f"{row.name} {problem}.")
    _stop_for(problems)
    return values


def _completed(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """``values`` with the defaults that depend on something else."""
    computed = {
        "database_url": f"{SQLITE}{values['data_dir']}/syncline.db",
        "trusted_proxy_hops": 1 if platform_of(environ) else 0,
        "secret_key": "",
    }
    return values | {name: value for name, value in computed.items() if values[name] is None}


def _with_data_dir(settings: Settings) -> Settings:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = settings.secret_key or kept_secret(settings.data_dir / SECRET_KEY_FILE)
    except OSError as problem:
        raise SettingError(
            f"DATA_DIR {settings.data_dir} cannot be used ({problem.strerror}): make it writable, "
            "or set DATA_DIR to a directory that is."
        ) from problem
    return replace(settings, secret_key=key)


def _stop_for(problems: Iterable[str]) -> None:
    if sentences := "\n".join(problems):
        raise SettingError(sentences)

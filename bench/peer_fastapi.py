"""The FastAPI application as a contender."""

from dataclasses import dataclass
from pathlib import Path

from bench import environment, record
from bench.client import Client
from bench.contenders import HttpLoad
from bench.server import PORT, Server
from bench.site import Kind, Site

API_KEY = "a key for the bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DRIVER: dict[Kind, str] = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
BODIES = 500


@dataclass(frozen=True, slots=True)
class FastApi:
    """A running application."""

    server: Server
    client: Client

    def fill(self, count: int) -> list[str]:
        """Create ``count`` records one by one, for it knows no other way; their ids."""
        bodies = [{"data": record.make(n)} for n in range(count)]
        return [self.client.call("POST", "/records", body).json()["id"] for body in bodies]

    def create(self, name: str, connections: int) -> HttpLoad:
        """Load that creates records."""
        requests = [
            self.client.request("POST", "/records", {"data": record.make(n)}) for n in range(BODIES)
        ]
        return HttpLoad(name, self.server, requests, connections, status=201)

    def read(self, name: str, paths: list[str], connections: int, rows: int = 1) -> HttpLoad:
        """Load that reads ``paths`` in turn."""
        requests = [self.client.request("GET", path) for path in paths]
        return HttpLoad(name, self.server, requests, connections, rows=rows)


def start(site: Site, kind: Kind) -> FastApi:
    """The application on a fresh database, with one worker."""
    database = site.fresh_database(kind)
    python = environment.python_with(REQUIREMENTS)
    server = site.start(
        [
            *(str(python), "-m", "uvicorn", "bench.baseline_fastapi:app", "--no-access-log"),
            *("--host", "127.0.0.1", "--port", PORT, "--loop", "uvloop", "--http", "httptools"),
        ],
        {"DATABASE_URL": database.url_for(DRIVER[kind]), "API_KEY": API_KEY},
        database,
    )
    return FastApi(server, Client(server.address, {"Authorization": f"Bearer {API_KEY}"}))

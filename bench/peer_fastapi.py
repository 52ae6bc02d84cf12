"""The FastAPI application as a contender."""

from pathlib import Path

from bench import environment, job, record
from bench.client import Client
from bench.contenders import HttpLoad, again
from bench.job import DELTA_ROWS, LIST_ROWS, Deeds
from bench.server import PORT
from bench.site import Kind, Site

API_KEY = "a key for the bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DRIVERS: dict[Kind, str] = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
BODIES = 500


def loads(site: Site, kind: Kind, who: str, records_stored: int) -> list[HttpLoad]:
    """The application on a fresh database, with one worker, doing the job."""
    database = site.fresh_database(kind)
    command = [
        str(environment.python_with(REQUIREMENTS)),
        *("-m", "uvicorn", "bench.baseline_fastapi:app", "--no-access-log"),
        *("--host", "127.0.0.1", "--port", PORT, "--loop", "uvloop", "--http", "httptools"),
    ]
    environ = {"DATABASE_URL": database.url_for(DRIVERS[kind]), "API_KEY": API_KEY}
    server = site.start(command, environ, database)
    client = Client(server.address, {"Authorization": f"Bearer {API_KEY}"})
    return job.loads(who, server, _deeds(client, _fill(client, records_stored)))


def _fill(client: Client, count: int) -> list[str]:
    """Create records one by one, for it knows no other way; their ids."""
    bodies = [{"data": record.make(n)} for n in range(count)]
    return [client.call("POST", "/records", body).json()["id"] for body in bodies]


def _deeds(client: Client, ids: list[str]) -> Deeds:
    bodies = [{"data": record.make(n)} for n in range(BODIES)]
    page_starts = ["", *sorted(ids)[LIST_ROWS - 1 : -LIST_ROWS : LIST_ROWS]]
    seqs = range(0, len(ids) - DELTA_ROWS + 1, DELTA_ROWS)
    lists = [f"/records?limit={LIST_ROWS}&after={id_}" for id_ in page_starts]
    deltas = [f"/changes?limit={DELTA_ROWS}&cursor={seq}" for seq in seqs]
    return {
        "create": again([client.request("POST", "/records", body) for body in bodies], 201),
        "get": again([client.request("GET", f"/records/{id_}") for id_ in ids]),
        "list": again([client.request("GET", path) for path in lists]),
        "delta": again([client.request("GET", path) for path in deltas]),
    }

"""Syncline itself as a contender: started as in production, with one collection and one caller."""

import itertools
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPMessage
from subprocess import run
from typing import Any

from bench import record, work
from bench.client import Client
from bench.contenders import HttpLoad
from bench.server import PORT, Server
from bench.site import FreshDatabase, Kind, Site
from scripts.processes import MIGRATE, ROOT

SPACE = "/v1/spaces/main"
NAME = "todos"
COLLECTION = f"{SPACE}/collections/{NAME}"
RECORDS = f"{COLLECTION}/records"
CHANGES = f"{SPACE}/changes"

BOOTSTRAP_TOKEN = "the bench's own token, of no use elsewhere"  # noqa: S105
SECRET_KEY = "the bench's own secret key, of no use elsewhere"  # noqa: S105
PUSH_MUTATIONS = 1000
BODIES = 500
LABEL: dict[Kind, str] = {"sqlite": "SQLite", "postgresql": "Postgres"}

_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


@dataclass(slots=True)
class Syncline:
    """A running service. ``records_written`` is how many records it said it has written."""

    server: Server
    database: FreshDatabase
    client: Client
    first_cursor: str
    records_written: int = 0
    _ids: Iterator[int] = field(default_factory=itertools.count)

    def acknowledge(self, count: int) -> None:
        """Note that so many creates were answered 201."""
        self.records_written += count

    def fill(self, count: int) -> list[str]:
        """Push ``count`` records, the way a client would; their ids."""
        ids = [f"r{n:07}" for n in itertools.islice(self._ids, count)]
        for start in range(0, count, PUSH_MUTATIONS):
            mutations = [_put(id_) for id_ in ids[start : start + PUSH_MUTATIONS]]
            push = {"client_id": "bench", "mutations": mutations}
            results = self.client.call("POST", CHANGES, push).json()["results"]
            self.acknowledge(sum(result["status"] == "applied" for result in results))
        return ids

    def create(self, name: str, connections: int) -> HttpLoad:
        """Load that creates records under ids of the server's making."""
        requests = [
            self.client.request("POST", RECORDS, {"data": record.make(n)}) for n in range(BODIES)
        ]
        return HttpLoad(
            name,
            self.server,
            requests,
            connections=connections,
            status=201,
            acknowledged=self.acknowledge,
        )

    def read(self, name: str, paths: Sequence[str], connections: int = 16, rows: int = 1) -> HttpLoad:
        """Load that reads ``paths`` in turn, each of which has ``rows`` rows."""
        requests = [self.client.request("GET", path) for path in paths]
        return HttpLoad(name, self.server, requests, connections=connections, rows=rows)

    def delta_paths(self, limit: int) -> list[str]:
        """The paths of all full pages of the delta, from before the first record on."""
        paths = []
        cursor, more = self.first_cursor, True
        while more:
            path = f"{CHANGES}?cursor={cursor}&limit={limit}"
            page = self.client.call("GET", path).json()
            cursor, more = page["cursor"], page["more"]
            if len(page["changes"]) == limit:
                paths.append(path)
        return paths

    def list_paths(self, limit: int, pages: int) -> list[str]:
        """The paths of the first ``pages`` pages of the collection."""
        paths = [f"{RECORDS}?limit={limit}"]
        while len(paths) < pages:
            following = next_path(self.client.call("GET", paths[-1]).headers)
            if following is None:
                break
            paths.append(following)
        return paths

    def problems(self) -> list[str]:
        """What is wrong with the work that was done here."""
        return work.problems(
            CHANGES, self.client, self.first_cursor, self.database.url, self.records_written
        )


def start(site: Site, kind: Kind, app: str = "wsgi:app", **settings: str) -> Syncline:
    """A service on a fresh database of ``kind``, with one worker. Its work is checked at the end."""
    database = site.fresh_database(kind)
    environ = {
        "DATABASE_URL": database.url,
        "DATA_DIR": str(site.fresh_directory()),
        "SECRET_KEY": SECRET_KEY,
        "BOOTSTRAP_TOKEN": BOOTSTRAP_TOKEN,
        "BIND_ADDRESS": "127.0.0.1",
        "WEB_CONCURRENCY": "1",
        **settings,
    }
    run(MIGRATE, cwd=ROOT, env=os.environ | environ, check=True)
    server = site.start(gunicorn(app), {**environ, "PORT": PORT}, database)
    client = Client(server.address, {"Authorization": f"Bearer {_api_key(server)}"})
    client.call("PUT", COLLECTION, {"schema": record.SCHEMA}, {"If-None-Match": "*"})
    syncline = Syncline(server, database, client, _cursor_now(client))
    site.checks.append(syncline.problems)
    return syncline


def gunicorn(app: str) -> list[str]:
    """The command that serves ``app`` the way the service is served."""
    return [sys.executable, "-m", "gunicorn", app]


def next_path(headers: HTTPMessage) -> str | None:
    """The path of the next page, by the ``Link`` of this one."""
    link = _NEXT.search(headers.get("Link", ""))
    return re.sub(r"^https?://[^/]+", "", link[1]) if link else None


def _api_key(server: Server) -> str:
    anyone = Client(server.address, {"Authorization": f"Bearer {BOOTSTRAP_TOKEN}"})
    made = anyone.call("POST", "/v1/bootstrap", {"email": "bench@example.org"}).json()
    return str(made["api_key"]["key"])


def _cursor_now(client: Client) -> str:
    """A cursor after everything that has happened so far."""
    page = client.call("GET", CHANGES).json()
    while page["more"]:
        page = client.call("GET", f"{CHANGES}?cursor={page['cursor']}").json()
    return str(page["cursor"])


def _put(id_: str) -> dict[str, Any]:
    return {
        "mutation_id": f"m-{id_}",
        "op": "put",
        "collection": NAME,
        "id": id_,
        "base_version": None,
        "data": record.make(int(id_[1:])),
    }

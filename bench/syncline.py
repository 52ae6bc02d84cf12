"""Syncline itself as a contender: started as in production, with one collection and one caller."""

import itertools
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.client import HTTPMessage
from subprocess import run
from typing import Any

from bench import record, work
from bench.client import Client
from bench.contenders import Deed, again
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
NUMBER = "NNNNNNNN"
"""Stands in a prepared batch for the number that makes its ids new; as long as what replaces it."""
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

    def acknowledge(self, count: int) -> None:
        """Note that so many creates were answered 201."""
        self.records_written += count

    def fill(self, count: int) -> list[str]:
        """Push ``count`` records, the way a client would; their ids."""
        ids = [f"r{n:07}" for n in range(count)]
        for start in range(0, count, PUSH_MUTATIONS):
            results = self.client.call("POST", CHANGES, _push(ids[start : start + PUSH_MUTATIONS]))
            applied = [one["status"] == "applied" for one in results.json()["results"]]
            self.acknowledge(sum(applied))
        return ids

    def creations(self) -> Deed:
        """To create records, one a request, under ids of the server's making."""
        bodies = [{"data": record.make(n)} for n in range(BODIES)]
        requests = [self.client.request("POST", RECORDS, body) for body in bodies]
        return Deed(itertools.cycle(requests), 201, self.acknowledge)

    def batches(self, rows: int) -> Deed:
        """To create ``rows`` records a request, by pushing them."""
        push = _push([f"b{NUMBER}-{n}" for n in range(rows)])
        request = self.client.request("POST", CHANGES, push)
        requests = (request.replace(NUMBER.encode(), b"%08d" % n) for n in itertools.count())
        return Deed(requests, 200, lambda count: self.acknowledge(count * rows))

    def readings(self, paths: Iterable[str]) -> Deed:
        """To read ``paths`` in turn."""
        return again([self.client.request("GET", path) for path in paths])

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
            CHANGES,
            self.client,
            self.first_cursor,
            self.database.url,
            self.records_written,
        )


def start(site: Site, kind: Kind, app: str = "wsgi:app", **settings: str) -> Syncline:
    """A service with one worker on a fresh database. Its work is checked at the end of the row."""
    syncline = start_unchecked(site, kind, app, **settings)
    site.checks.append(syncline.problems)
    return syncline


def start_unchecked(site: Site, kind: Kind, app: str = "wsgi:app", **settings: str) -> Syncline:
    """The same for a row that has the service write nothing."""
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
    return Syncline(server, database, client, _cursor_now(client))


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


def _push(ids: Sequence[str]) -> dict[str, Any]:
    """A push that creates a record for each of ``ids``."""
    return {"client_id": "bench", "mutations": [_put(id_, n) for n, id_ in enumerate(ids)]}


def _put(id_: str, n: int) -> dict[str, Any]:
    return {
        "mutation_id": f"m-{id_}",
        "op": "put",
        "collection": NAME,
        "id": id_,
        "base_version": None,
        "data": record.make(n),
    }

"""Kinto as a contender: on Postgres, behind uWSGI with eight threads, validating by schema."""

import base64
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bench import environment, job, record
from bench.client import Client
from bench.contenders import HttpLoad, again
from bench.job import BATCH_ROWS, DELTA_ROWS, LIST_ROWS, Deeds
from bench.server import PORT
from bench.site import FreshDatabase, Site

REQUIREMENTS = Path(__file__).with_name("requirements-kinto.txt")
COLLECTION = "/v1/buckets/bench/collections/todos"
RECORDS = f"{COLLECTION}/records"
CREDENTIALS = base64.b64encode(b"bench:bench").decode()
BODIES = 500
CONFIGURATION = """\
[app:main]
use = egg:kinto
kinto.userid_hmac_secret = bench
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.storage_pool_size = 16
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.permission_pool_size = 16
kinto.cache_backend = kinto.core.cache.memory
kinto.experimental_collection_schema_validation = true
kinto.batch_max_requests = {batch}
multiauth.policies = basicauth
[server:main]
use = egg:waitress#main
"""
UWSGI = (
    *("--master", "--die-on-term", "--lazy-apps", "--disable-logging"),
    *("--processes", "1", "--threads", "8", "--enable-threads"),
)


def loads(site: Site, who: str, records_stored: int) -> list[HttpLoad]:
    """Kinto on a fresh database, doing the job."""
    database = site.fresh_database("postgresql")
    programs = environment.python_with(REQUIREMENTS).parent
    configuration = _configure(site.fresh_directory() / "kinto.ini", database)
    subprocess.run(
        [programs / "kinto", "migrate", "--ini", configuration], check=True, capture_output=True
    )
    listen = ("--http", f"127.0.0.1:{PORT}", "--http-keepalive")
    command = [str(programs / "uwsgi"), *listen, *UWSGI, "--ini-paste", str(configuration)]
    server = site.start(command, {}, database)
    client = Client(server.address, {"Authorization": f"Basic {CREDENTIALS}"})
    client.call("PUT", "/v1/buckets/bench")
    client.call("PUT", COLLECTION, {"data": {"schema": record.SCHEMA}})
    return job.loads(who, server, _deeds(client, _fill(client, records_stored)))


def _configure(file: Path, database: FreshDatabase) -> Path:
    url = unquote(database.url_for("postgresql"))  # a percent sign has a meaning of its own there
    file.write_text(CONFIGURATION.format(url=url, batch=BATCH_ROWS))
    return file


def _fill(client: Client, count: int) -> list[dict[str, Any]]:
    """Create records in batches; what they became, in the order of their time."""
    made = []
    for _ in range(0, count, BATCH_ROWS):
        answers = client.call("POST", "/v1/batch", _batch()).json()["responses"]
        made += [answer["body"]["data"] for answer in answers]
    return sorted(made, key=lambda one: int(one["last_modified"]))


def _batch() -> dict[str, Any]:
    return {
        "defaults": {"method": "POST", "path": RECORDS.removeprefix("/v1")},
        "requests": [{"body": {"data": record.make(n)}} for n in range(BATCH_ROWS)],
    }


def _deeds(client: Client, made: list[dict[str, Any]]) -> Deeds:
    bodies = [{"data": record.make(n)} for n in range(BODIES)]
    sinces = [0, *(one["last_modified"] for one in made[DELTA_ROWS - 1 : -DELTA_ROWS : DELTA_ROWS])]
    tail = f"&_limit={DELTA_ROWS}&_sort=last_modified"
    return {
        "create": again([client.request("POST", RECORDS, body) for body in bodies], 201),
        "get": again([client.request("GET", f"{RECORDS}/{one['id']}") for one in made]),
        "list": again([client.request("GET", f"{RECORDS}?_limit={LIST_ROWS}")]),
        "delta": again([client.request("GET", f"{RECORDS}?_since={t}{tail}") for t in sinces]),
        "batch": again([client.request("POST", "/v1/batch", _batch())]),
    }

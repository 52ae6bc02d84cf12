"""P4: catching up, beside what Python's own json would need only to write the same text."""

import json
from collections.abc import Sequence
from functools import partial

from bench import syncline
from bench.contenders import HttpLoad, Loop
from bench.row import Row, at_least
from bench.sample import Contender
from bench.site import Kind, Site
from bench.syncline import LABEL, Syncline

RECORDS_STORED = 20_000
PAGE_ROWS = 1000
CONNECTIONS = 4
DUMPS = "json.dumps"
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


def prepare(site: Site) -> Sequence[Contender]:
    """A filled service on each database, and a page of one, parsed."""
    services = {kind: _filled(site, kind) for kind in KINDS}
    page = _first_page(services["sqlite"])
    return [
        *(_delta(services[kind], f"delta, {LABEL[kind]}") for kind in KINDS),
        Loop(DUMPS, partial(json.dumps, page), PAGE_ROWS),
    ]


def _filled(site: Site, kind: Kind) -> Syncline:
    service = syncline.start(site, kind)
    service.fill(RECORDS_STORED)
    return service


def _first_page(service: Syncline) -> object:
    return service.client.call("GET", service.delta_paths(PAGE_ROWS)[0]).json()


def _delta(service: Syncline, name: str) -> HttpLoad:
    pages = service.readings(service.delta_paths(PAGE_ROWS))
    return HttpLoad(name, service.server, pages, CONNECTIONS, PAGE_ROWS)


ROW = Row(
    "P4",
    "delta pages of 1,000 rows beside json.dumps of the same pages (rows/s)",
    [at_least(0.9, "delta, SQLite", DUMPS), at_least(0.5, "delta, Postgres", DUMPS)],
    prepare,
)

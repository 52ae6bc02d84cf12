"""P1: what a read costs beside a request that does nothing."""

from collections.abc import Sequence

from bench import hello, syncline
from bench.contenders import Deed, HttpLoad, again
from bench.row import Row, at_least
from bench.sample import Contender
from bench.site import Site
from bench.syncline import RECORDS, Syncline

RECORDS_STORED = 10_000
RECORDS_READ = 1000
LIST_ROWS = 100
LIST_PAGES = 50
CONNECTIONS = 16

HELLO, GET, UNCHANGED, LIST = "hello", "GET record", "GET record, 304", "list of 100"


def prepare(site: Site) -> Sequence[Contender]:
    """A filled service on SQLite, and a hello."""
    service = syncline.start(site, "sqlite")
    step = RECORDS_STORED // RECORDS_READ
    paths = [f"{RECORDS}/{id_}" for id_ in service.fill(RECORDS_STORED)[::step]]
    lists = service.list_paths(LIST_ROWS, LIST_PAGES)
    return [
        hello.load(hello.start(site), HELLO, CONNECTIONS),
        HttpLoad(GET, service.server, service.readings(paths), CONNECTIONS),
        HttpLoad(UNCHANGED, service.server, _unchanged(service, paths), CONNECTIONS),
        HttpLoad(LIST, service.server, service.readings(lists), CONNECTIONS),
    ]


def _unchanged(service: Syncline, paths: Sequence[str]) -> Deed:
    """Reads by a client that has the newest state already."""
    tags = [str(service.client.call("GET", path).headers["ETag"]) for path in paths]
    requests = [
        service.client.request("GET", path, headers={"If-None-Match": tag})
        for path, tag in zip(paths, tags, strict=True)
    ]
    return again(requests, 304)


ROW = Row(
    "P1",
    "reads beside a bare Flask hello (SQLite, 16 clients)",
    [at_least(0.60, GET, HELLO), at_least(0.80, UNCHANGED, HELLO), at_least(0.50, LIST, HELLO)],
    prepare,
)

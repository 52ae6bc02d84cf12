"""P11: whether a million records are any slower than a few."""

from collections.abc import Iterator, Sequence

from bench import million, syncline
from bench.client import UnexpectedAnswer
from bench.contenders import HttpLoad
from bench.row import Claim, Row, at_most
from bench.sample import Contender
from bench.site import Kind, Site
from bench.syncline import LABEL, RECORDS, Syncline

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
RECORDS_STORED = 1_000_000
FAR = 900_000
PAGE_ROWS, WALK_ROWS = 100, 1000
RECORDS_READ = 2000
CONNECTIONS_PAGES, CONNECTIONS_GET = 4, 16
PAGE_TARGET, TAIL_TARGET = 1.5, 6.0


def prepare(site: Site) -> Sequence[Contender]:
    """A service with a million records on each database."""
    return [contender for kind in KINDS for contender in _contenders(site, kind)]


def _contenders(site: Site, kind: Kind) -> Iterator[Contender]:
    service = syncline.start_unchecked(site, kind)
    million.load(service.database.url, RECORDS_STORED)
    step = RECORDS_STORED // RECORDS_READ
    gets = [f"{RECORDS}/{million.id_of(n)}" for n in range(0, RECORDS_STORED, step)]
    first, far = f"{RECORDS}?limit={PAGE_ROWS}", _far_page(service)
    for name, paths, clients in (
        (f"page at row 0, {LABEL[kind]}", [first], CONNECTIONS_PAGES),
        (f"page at row 900,000, {LABEL[kind]}", [far], CONNECTIONS_PAGES),
        (f"GET of 1M, {LABEL[kind]}", gets, CONNECTIONS_GET),
    ):
        yield HttpLoad(name, service.server, service.readings(paths), clients)


def _far_page(service: Syncline) -> str:
    """The path of the page that begins at row FAR, found as a client finds it: by walking."""
    walked = service.list_paths(WALK_ROWS, FAR // WALK_ROWS + 1)[-1]
    path = walked.replace(f"limit={WALK_ROWS}", f"limit={PAGE_ROWS}")
    first = service.client.call("GET", path).json()["data"][0]["id"]
    if first != million.id_of(FAR):
        raise UnexpectedAnswer(f"row {FAR} of the list is {first}")
    return path


def claims() -> Iterator[Claim]:
    """Depth costs nothing, and the slowest hundredth of reads is not far from the rest."""
    for kind in KINDS:
        far, near = (f"page at row {row}, {LABEL[kind]}" for row in ("900,000", "0"))
        yield at_most(PAGE_TARGET, far, near, "p50_ms")
        get = f"GET of 1M, {LABEL[kind]}"
        yield Claim(get, get, TAIL_TARGET, "p99_ms", "p50_ms", is_floor=False)


ROW = Row("P11", "a million records: deep pages, and the tail of reads", [*claims()], prepare)

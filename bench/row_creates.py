"""P2: what a durable create costs beside a request that does nothing."""

from collections.abc import Sequence

from bench import hello, syncline
from bench.contenders import HttpLoad
from bench.row import Row, at_least
from bench.sample import Contender
from bench.site import Site
from bench.syncline import Syncline

FEW, MANY = 16, 64


def prepare(site: Site) -> Sequence[Contender]:
    """Services with either durability, and a hello."""
    bare = hello.start(site)
    full = syncline.start(site, "sqlite", SQLITE_SYNCHRONOUS="FULL")
    normal = syncline.start(site, "sqlite", SQLITE_SYNCHRONOUS="NORMAL")
    return [
        *(hello.load(bare, f"hello, {count}", count) for count in (FEW, MANY)),
        *(_creates(full, "FULL", count) for count in (FEW, MANY)),
        *(_creates(normal, "NORMAL", count) for count in (FEW, MANY)),
    ]


def _creates(service: Syncline, durability: str, clients: int) -> HttpLoad:
    return HttpLoad(f"create {durability}, {clients}", service.server, service.creations(), clients)


ROW = Row(
    "P2",
    "creates beside a bare Flask hello (SQLite; 16 and 64 clients)",
    [
        at_least(0.45, "create FULL, 16", "hello, 16"),
        at_least(0.65, "create FULL, 64", "hello, 64"),
        at_least(0.60, "create NORMAL, 16", "hello, 16"),
        at_least(0.60, "create NORMAL, 64", "hello, 64"),
    ],
    prepare,
)

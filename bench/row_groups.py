"""P3: what writing in groups gains over one transaction a request, when many clients write."""

from collections.abc import Iterator, Sequence

from bench import syncline
from bench.contenders import HttpLoad
from bench.row import Claim, Row, at_least, at_most
from bench.sample import Contender
from bench.site import Kind, Site
from bench.syncline import LABEL, Syncline

CONNECTIONS = 64
ALONE = {"app": "bench.baseline_one_by_one:app", "DATABASE_POOL_SIZE": "16"}
"""Without groups every writer needs a connection of its own: four would only make them queue."""
TARGET: dict[Kind, float] = {"sqlite": 1.8, "postgresql": 2.5}
TARGET_P99 = 0.25


def prepare(site: Site) -> Sequence[Contender]:
    """On each database the service, and the service without groups."""
    return [
        _creates(syncline.start(site, kind, **settings), f"{name}, {LABEL[kind]}")
        for kind in TARGET
        for name, settings in (("grouped", {}), ("one by one", ALONE))
    ]


def _creates(service: Syncline, name: str) -> HttpLoad:
    return HttpLoad(name, service.server, service.creations(), CONNECTIONS)


def claims() -> Iterator[Claim]:
    """Throughput and the slowest hundredth, on each database."""
    for kind, target in TARGET.items():
        names = f"grouped, {LABEL[kind]}", f"one by one, {LABEL[kind]}"
        yield at_least(target, *names)
        yield at_most(TARGET_P99, *names, "p99_ms")


ROW = Row(
    "P3", "grouped commits beside one transaction a request (64 clients)", [*claims()], prepare
)

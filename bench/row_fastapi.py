"""P6: the same job beside an application of FastAPI, SQLAlchemy's asyncio ORM and pydantic."""

from collections.abc import Sequence

from bench import job, peer_fastapi
from bench.job import Targets
from bench.row import Row
from bench.sample import Contender
from bench.site import Kind, Site
from bench.syncline import LABEL

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
TARGETS: Targets = {"create": 4, "get": 2, "list": 5, "delta": 8}
RECORDS_STORED = 2000


def prepare(site: Site) -> Sequence[Contender]:
    """Both on both databases."""
    return [contender for kind in KINDS for contender in _contenders(site, kind)]


def _contenders(site: Site, kind: Kind) -> Sequence[Contender]:
    ours = job.syncline_loads(site, kind, LABEL[kind], RECORDS_STORED, [*TARGETS])
    theirs = peer_fastapi.loads(site, kind, f"FastAPI, {LABEL[kind]}", RECORDS_STORED)
    return [*ours, *theirs]


ROW = Row(
    "P6",
    "the same job in FastAPI, SQLAlchemy (asyncio) and pydantic",
    [
        claim
        for kind in KINDS
        for claim in job.claims(TARGETS, LABEL[kind], f"FastAPI, {LABEL[kind]}")
    ],
    prepare,
)

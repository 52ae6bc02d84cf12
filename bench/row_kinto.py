"""P5: the same job beside Kinto, both on Postgres."""

from collections.abc import Sequence

from bench import job, peer_kinto
from bench.job import Targets
from bench.row import Row
from bench.sample import Contender
from bench.site import Site

TARGETS: Targets = {"create": 6, "get": 5, "list": 6, "delta": 5, "batch": 100}
RECORDS_STORED = 2000
OURS, THEIRS = "Syncline", "Kinto"


def prepare(site: Site) -> Sequence[Contender]:
    """Both on Postgres."""
    return [
        *job.syncline_loads(site, "postgresql", OURS, RECORDS_STORED, [*TARGETS]),
        *peer_kinto.loads(site, THEIRS, RECORDS_STORED),
    ]


ROW = Row("P5", "the same job in Kinto, on Postgres", job.claims(TARGETS, OURS, THEIRS), prepare)

"""P7: the same job beside express-pouchdb, which is no more than LevelDB under HTTP.

It validates nothing, asks nobody who they are and syncs nothing to the disk; Syncline, on SQLite
and durable, is to keep up with it all the same.
"""

from collections.abc import Sequence

from bench import job, peer_pouchdb
from bench.job import Targets
from bench.row import Row
from bench.sample import Contender
from bench.site import Site

TARGETS: Targets = {"create": 1, "get": 1, "delta": 8}
RECORDS_STORED = 3000
OURS, THEIRS = "Syncline", "express-pouchdb"


def prepare(site: Site) -> Sequence[Contender]:
    """Each on the database it carries with it."""
    return [
        *job.syncline_loads(site, "sqlite", OURS, RECORDS_STORED, [*TARGETS]),
        *peer_pouchdb.loads(site, THEIRS, RECORDS_STORED),
    ]


ROW = Row("P7", "the same job in express-pouchdb", job.claims(TARGETS, OURS, THEIRS), prepare)

"""The job that Syncline and its peers are compared in: five verbs, the same load for everybody."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from bench import syncline
from bench.contenders import Deed, HttpLoad
from bench.row import Claim, at_least
from bench.server import Server
from bench.site import Kind, Site
from bench.syncline import RECORDS

Verb = Literal["create", "get", "list", "delta", "batch"]
Deeds = Mapping[Verb, Deed]
Targets = Mapping[Verb, float]

LIST_ROWS = 100
DELTA_ROWS = 1000
BATCH_ROWS = 100


class Shape(NamedTuple):
    """How many clients ask for a verb at once, and how many rows an answer of it stands for."""

    connections: int
    rows: int


SHAPES: Mapping[Verb, Shape] = {
    "create": Shape(16, 1),
    "get": Shape(16, 1),
    "list": Shape(4, LIST_ROWS),
    "delta": Shape(4, DELTA_ROWS),
    "batch": Shape(1, BATCH_ROWS),
}


def loads(who: str, server: Server, deeds: Deeds) -> list[HttpLoad]:
    """The contenders that one server makes; ``who`` stands in their names."""
    return [HttpLoad(f"{verb}, {who}", server, deeds[verb], *SHAPES[verb]) for verb in deeds]


def claims(targets: Targets, ours: str, theirs: str) -> Sequence[Claim]:
    """For each verb, how many times as fast as ``theirs`` is ``ours``."""
    return [
        at_least(target, f"{verb}, {ours}", f"{verb}, {theirs}") for verb, target in targets.items()
    ]


def syncline_loads(
    site: Site, kind: Kind, who: str, records_stored: int, verbs: Sequence[Verb]
) -> list[HttpLoad]:
    """Syncline doing the job."""
    service = syncline.start(site, kind)
    ids = service.fill(records_stored)
    deeds: Deeds = {
        "create": service.creations(),
        "get": service.readings(f"{RECORDS}/{id_}" for id_ in ids),
        "list": service.readings(service.list_paths(LIST_ROWS, records_stored // LIST_ROWS)),
        "delta": service.readings(service.delta_paths(DELTA_ROWS)),
        "batch": service.batches(BATCH_ROWS),
    }
    return loads(who, service.server, {verb: deeds[verb] for verb in verbs})

"""P6: the same job beside an application of FastAPI, SQLAlchemy's asyncio ORM and pydantic."""

from collections.abc import Iterator, Sequence

from bench import peer_fastapi, syncline
from bench.contenders import HttpLoad
from bench.row import Claim, Row, at_least
from bench.sample import Contender
from bench.site import Kind, Site
from bench.syncline import LABEL, RECORDS

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
TARGET = {"create": 4.0, "get": 2.0, "list": 5.0, "delta": 8.0}
RECORDS_STORED = 3000
LIST_ROWS, DELTA_ROWS = 100, 1000
SMALL, LARGE = 16, 4
"""Clients of requests that carry one record, and of those that carry many."""


def prepare(site: Site) -> Sequence[Contender]:
    """Both on both databases."""
    return [load for kind in KINDS for load in (*_ours(site, kind), *_theirs(site, kind))]


def _ours(site: Site, kind: Kind) -> Iterator[HttpLoad]:
    service = syncline.start(site, kind)
    ids = service.fill(RECORDS_STORED)
    lists = service.list_paths(LIST_ROWS, RECORDS_STORED // LIST_ROWS)
    yield service.create(f"create, {LABEL[kind]}", SMALL)
    yield service.read(f"get, {LABEL[kind]}", [f"{RECORDS}/{id_}" for id_ in ids], SMALL)
    yield service.read(f"list, {LABEL[kind]}", lists, LARGE, LIST_ROWS)
    yield service.read(
        f"delta, {LABEL[kind]}", service.delta_paths(DELTA_ROWS), LARGE, DELTA_ROWS
    )


def _theirs(site: Site, kind: Kind) -> Iterator[HttpLoad]:
    peer = peer_fastapi.start(site, kind)
    ids = peer.fill(RECORDS_STORED)
    starts = sorted(ids)[: 1 - LIST_ROWS : LIST_ROWS]
    lists = [f"/records?limit={LIST_ROWS}&after={id_}" for id_ in starts]
    deltas = range(0, RECORDS_STORED - DELTA_ROWS + 1, DELTA_ROWS)
    yield peer.create(f"FastAPI create, {LABEL[kind]}", SMALL)
    yield peer.read(f"FastAPI get, {LABEL[kind]}", [f"/records/{id_}" for id_ in ids], SMALL)
    yield peer.read(f"FastAPI list, {LABEL[kind]}", lists, LARGE, LIST_ROWS)
    yield peer.read(
        f"FastAPI delta, {LABEL[kind]}",
        [f"/changes?limit={DELTA_ROWS}&cursor={seq}" for seq in deltas],
        LARGE,
        DELTA_ROWS,
    )


def claims() -> Iterator[Claim]:
    """One for each verb and database."""
    for kind in KINDS:
        for verb, target in TARGET.items():
            name = f"{verb}, {LABEL[kind]}"
            yield at_least(target, name, f"FastAPI {name}")


ROW = Row("P6", "the same job in FastAPI + SQLAlchemy (async)", [*claims()], prepare)

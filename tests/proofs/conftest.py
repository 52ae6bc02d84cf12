"""Installations of real processes, and a space in one for each proof."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.databases import environment_for
from tests.proofs.site import Site
from tests.proofs.web import Web


class Kind(NamedTuple):
    """What an installation consists of."""

    database: str
    webs: int = 1
    redis: bool = False


KINDS = {
    "sqlite": Kind("sqlite"),
    "postgres": Kind("postgres"),
    "two on postgres": Kind("postgres", webs=2),
    "two with redis": Kind("postgres", webs=2, redis=True),
}


@pytest.fixture(scope="session", params=["sqlite", "postgres", "two on postgres"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One installation of each kind for all proofs: they meet in no space."""
    kind = KINDS[request.param]
    directory = tmp_path_factory.mktemp("site")
    redis_url = request.getfixturevalue("redis_url") if kind.redis else ""
    with request.getfixturevalue(f"{kind.database}_shelf").copy(directory) as url:
        environment = environment_for(url, directory)
        environment |= {"REDIS_URL": redis_url, "SQLITE_SYNCHRONOUS": "FULL"}
        opened = Site(environment, [Web(environment) for _ in range(kind.webs)])
        try:
            opened.start()
            opened.bootstrap()
            yield opened
        finally:
            opened.stop()


@pytest.fixture
def space(site: Site) -> str:
    """The path of a space of its own, with the collection ``notes``."""
    return site.new_space()

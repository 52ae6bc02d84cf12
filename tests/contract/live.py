"""The whole service in a process of its own, as strangers meet it: an address, and a few keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from service.app import create_app
from service.backbone import Backbone, open_backbone
from service.changes.tables import spaces
from service.sync.schemas import PUSH_EXAMPLE
from tests.api import Api
from tests.databases import environment_for, settings_for
from tests.server.gunicorn_process import Gunicorn, gunicorn

PRODUCT = "wsgi:app"


@dataclass(frozen=True)
class People:
    """Ada looks after everything and owns ``main``; Alice and Bob have a space each.

    In ``main`` and in Alice's space there is a collection ``todos``. ``members`` are of ``main``,
    and nobody uses the spare key.
    """

    ada: Api
    alice: Api
    bob: Api
    alices_space: str
    members: tuple[str, ...]
    spare_key_id: str


@dataclass(frozen=True)
class Live:
    """A service that runs."""

    server: Gunicorn
    people: People

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.port}"


def settled(database_url: str, directory: Path) -> People:
    """Everybody moves in, before the service starts."""
    backbone = open_backbone(settings_for(database_url, directory))
    ada = Api.bootstrapped(create_app(backbone))
    ada.collection("todos")
    alice, bob = ada.user("alice@example.org"), ada.user("bob@example.org")
    space = alice.post("/spaces", {"name": "Alice's"}).get_json()["id"]
    alice.collection("todos", space=space)
    bob.post("/spaces", {"name": "Bob's"})
    spare_key = ada.post("/api-keys", {"name": "Spare", "scopes": ["spaces:read"]}).get_json()
    members = [ada.member(f"{name}@example.org").user_id for name in ("carol", "dan", "erin")]
    _live_in_the_example(backbone)
    backbone.close()
    return People(ada, alice, bob, space, tuple(members), spare_key["id"])


@contextmanager
def live(
    database_url: str, directory: Path, application: str = PRODUCT, **environment: str
) -> Iterator[Live]:
    """The service on an empty database, with everybody in it."""
    people = settled(database_url, directory)
    with serving(database_url, directory, people, application, **environment) as running:
        yield running


@contextmanager
def serving(
    database_url: str, directory: Path, people: People, application: str, **environment: str
) -> Iterator[Live]:
    """The service on a database where ``people`` live."""
    everything = environment_for(database_url, directory) | environment
    with gunicorn(directory, application, **everything) as server:
        yield Live(server, people)


def _live_in_the_example(backbone: Backbone) -> None:
    """Let the document's example of a push be of our epoch, or nothing would come of it but 410."""
    renamed = sa.update(spaces).values(epoch=PUSH_EXAMPLE["epoch"])
    backbone.db.write(lambda connection: connection.execute(renamed))

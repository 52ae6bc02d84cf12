"""An installation of one or more real web processes, and the ways to look at what it does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

import httpx
import sqlalchemy as sa

from service.core.db import open_database
from tests.databases import BOOTSTRAP_TOKEN
from tests.proofs.web import Web

T = TypeVar("T")

ANSWER_SECONDS_MAX = 60
BUSY = 503
BUSY_TRIES_MAX = 100
_numbers = count(1)


@dataclass
class Site:
    """``environment`` is that of its processes; the key speaks for the first admin."""

    environment: Mapping[str, str]
    webs: Sequence[Web]
    key: str = ""
    user_id: str = ""

    def start(self) -> None:
        """Start every process."""
        for web in self.webs:
            web.start()
        for web in self.webs:
            web.wait()

    def kill(self) -> None:
        """kill -9 for every process."""
        for web in self.webs:
            web.kill()

    def stop(self) -> None:
        """End every process in order."""
        for web in self.webs:
            web.stop()

    def bootstrap(self) -> None:
        """Make the first admin."""
        headers = {"Authorization": f"Bearer {BOOTSTRAP_TOKEN}"}
        answer = httpx.post(
            f"{self.webs[0].url}/v1/bootstrap", json={"email": "ada@example.org"}, headers=headers
        )
        assert answer.status_code == 201, answer.text
        self.key = answer.json()["api_key"]["key"]
        self.user_id = answer.json()["user"]["id"]

    def caller(self, number: int) -> "Caller":
        """One client with a connection of its own, to the processes in turn."""
        web = self.webs[number % len(self.webs)]
        return Caller(
            httpx.Client(
                base_url=f"{web.url}/v1",
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=ANSWER_SECONDS_MAX,
            )
        )

    def new_space(self, collection: str = "notes") -> str:
        """A space with one collection; the path of it."""
        with self.caller(0) as caller:
            space = caller.insist("POST", "/spaces", {"name": f"Space {next(_numbers)}"})
            path = f"/spaces/{space.json()['id']}"
            headers = {"If-None-Match": "*"}
            caller.insist("PUT", f"{path}/collections/{collection}", {}, headers=headers)
        return path

    def log(self, space: str) -> "list[sa.Row[Any]]":
        """The log of a space as it is stored, in the order of its numbers."""
        statement = "SELECT * FROM changes WHERE space = :space ORDER BY seq"
        with self._connection() as connection:
            space_id = space.rpartition("/")[2]
            return list(connection.execute(sa.text(statement), {"space": space_id}).all())

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        database = open_database(self.environment["DATABASE_URL"])
        try:
            with database.reading() as connection:
                yield connection
        finally:
            database.dispose()


@dataclass
class Caller:
    """Requests over one connection. Use it in one thread at a time, and close it."""

    client: httpx.Client

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Whatever comes back. Where the service is busy, the same again, as it asks for."""
        tries = (
            self.client.request(method, path, json=body, **options) for _ in range(BUSY_TRIES_MAX)
        )
        return next(answer for answer in tries if answer.status_code != BUSY)

    def insist(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """The same, and it must go well."""
        answer = self.send(method, path, body, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def push(self, space: str, client_id: str, mutations: Sequence[Any], **about: Any) -> Any:
        """The results of a push."""
        body = {"client_id": client_id, "mutations": mutations, **about}
        return self.insist("POST", f"{space}/changes", body).json()["results"]

    def pull(self, space: str, cursor: str | None = None, **about: Any) -> Any:
        """A page; None where nothing happened while it waited."""
        params = {"cursor": cursor, **about} if cursor else about
        answer = self.insist("GET", f"{space}/changes", params=params)
        return answer.json() if answer.status_code == 200 else None

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


def put(id_: str, data: Any, **about: Any) -> dict[str, Any]:
    """A mutation that puts a record into ``notes``; its name is the record's unless it is said."""
    names = {"mutation_id": id_, "op": "put", "collection": "notes", "id": id_}
    return names | {"data": data} | about


def together(*works: Callable[[], T]) -> list[T]:
    """Do all of it at once, each in a thread; what came of each. Raises what went wrong first."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]

"""A collection for tests of lists: rows put straight into the table, and real indexes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from service.core.bulk import Bulk
from service.core.clock import timestamp
from service.core.db import Database
from service.core.keyring import Keyring
from service.lists.choice import walk_for
from service.lists.indexes import real_index
from service.lists.page import ListPage
from service.lists.pager import Pager
from service.lists.query import read_list_query
from service.lists.walk_sql import WalkSql
from service.lists.walks import Walk
from service.records.tables import records
from service.spaces.access import Access
from service.spaces.collections import Collection
from service.spaces.index import Index, IndexField, IndexState

NAME = "things"
EVERYWHERE = ("*",)
EPOCH_MS = 1_800_000_000_000

_insert = Bulk(records)


def index(*fields: str, state: IndexState = "ready", name: str = "") -> Index:
    """``index("owner.name:text", "-due:timestamp")``."""
    pairs = [each.split(":") for each in fields]
    declared = tuple(IndexField(path, kind) for path, kind in pairs)  # type: ignore[arg-type]
    return Index(name or "_".join(fields), declared, state)


def numbered(count: int, **data: Any) -> list[dict[str, Any]]:
    """Records ``t0000``, ``t0001`` … with their number in ``n``."""
    return [{"id": f"t{n:04}", "n": n, **data} for n in range(count)]


def collection(*indexes: Index) -> Collection:
    """A collection that declares ``indexes``."""
    return Collection(NAME, None, None, indexes, "reject")


def member(space: str, *realms: str) -> Access:
    """Somebody who sees ``realms``."""
    return Access(space, "usr_ada", "viewer", frozenset(realms), 1, "epoch")


@dataclass
class Things:
    """A collection with real ``indexes``, in a space of its own, in a database of any kind."""

    db: Database
    indexes: tuple[Index, ...] = ()
    lists: Pager = field(default_factory=lambda: Pager(Keyring("a secret for the tests of lists")))
    space: str = field(default_factory=lambda: f"spc_{uuid4().hex[:8]}")
    seq: int = 0

    def __post_init__(self) -> None:
        self.collection = collection(*self.indexes)
        for each in self.indexes:
            real = real_index(self.db.dialect, self.space, NAME, each)
            self.run(real.create())

    def run(self, statement: str, **parameters: Any) -> None:
        """Execute a statement; ``:space`` is known to it."""
        parameters["space"] = self.space
        self.db.write(lambda connection: connection.execute(sa.text(statement), parameters))

    def put(self, *things: Mapping[str, Any], **data: Any) -> None:
        """Write records: members of a row by their names, all others go into ``data``."""
        rows = [self._row(dict(thing)) for thing in (*things, *([data] if data else []))]
        self.db.write(lambda connection: _insert.insert(connection, rows))

    def page(
        self, parameters: Mapping[str, str] | None = None, realms: tuple[str, ...] = EVERYWHERE
    ) -> ListPage:
        """One page."""
        query = read_list_query(parameters or {})
        with self.db.walking() as connection:
            return self.lists.page(connection, member(self.space, *realms), self.collection, query)

    def pages(
        self, parameters: Mapping[str, str] | None = None, realms: tuple[str, ...] = EVERYWHERE
    ) -> Iterator[list[str]]:
        """The ids of each page, to the last."""
        cursor: dict[str, str] = {}
        while True:
            page = self.page({**(parameters or {}), **cursor}, realms)
            yield [row[0] for row in page.rows]
            if page.next_cursor is None:
                return
            cursor = {"cursor": page.next_cursor}

    def ids(
        self, parameters: Mapping[str, str] | None = None, realms: tuple[str, ...] = EVERYWHERE
    ) -> list[str]:
        """The ids of all pages."""
        return [id_ for page in self.pages(parameters, realms) for id_ in page]

    def walk(self, parameters: Mapping[str, str]) -> Walk:
        """The walk that serves a list."""
        query = read_list_query(parameters)
        return walk_for(self.db.dialect, self.space, self.collection, query)

    def plans(self, parameters: Mapping[str, str], behind: tuple[Any, ...] = ()) -> list[str]:
        """What the database says of how it will read each stretch."""
        walk = self.walk(parameters)
        sql = WalkSql(walk, self.db.dialect, sees_all=True)
        stretches = walk.stretches() + (walk.stretches_behind(behind) if behind else [])
        return [self._plan(*sql.statement(stretch, 101)) for stretch in stretches]

    def with_states(self, state: IndexState) -> "Things":
        """The same, with all indexes in another state."""
        other = replace(self, indexes=())
        other.collection = collection(*(replace(each, state=state) for each in self.indexes))
        return other

    def _plan(self, statement: Any, arguments: dict[str, Any]) -> str:
        explain = "EXPLAIN QUERY PLAN " if self.db.dialect == "sqlite" else "EXPLAIN "
        arguments = {**arguments, "space": self.space, "collection": NAME}
        with self.db.walking() as connection:
            driver: Any = connection.connection.driver_connection
            text = explain + statement._texts[self.db.dialect]
            return "\n".join(str(row[-1]) for row in driver.execute(text, arguments))

    def _row(self, thing: dict[str, Any]) -> tuple[Any, ...]:
        self.seq += 1
        at = timestamp(EPOCH_MS + self.seq)
        row = {
            "space": self.space,
            "collection": NAME,
            "id": f"thing-{self.seq:04}",
            "realm": "shared",
            "version": 1,
            "seq": self.seq,
            "deleted": False,
            "created_at": at,
            "created_by": "usr_ada",
            "updated_at": at,
            "updated_by": "usr_ada",
        }
        row |= {name: thing.pop(name) for name in row if name in thing}
        data = None if row["deleted"] else orjson.dumps(thing).decode()
        return (*row.values(), data)


Make = Callable[..., Things]
"""``make(*indexes)``"""

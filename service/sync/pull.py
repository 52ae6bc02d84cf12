"""Pulling: one page of what the caller does not have yet, and the cursor for the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.auth.policy import decide
from service.auth.principal import Principal
from service.changes.errors import ResyncRequired, SpaceNotFound
from service.changes.log import topic_of
from service.changes.position import Position, position_of
from service.core.db import Database
from service.core.lifecycle import draining
from service.core.offload import yield_now
from service.events.bus import Bus, follow
from service.spaces.access import EVERY_REALM, Access, AccessBook
from service.sync import scan
from service.sync.cursor import Cursor, Cursors, filter_id_of, start
from service.sync.delta import Reader, backfill, extend
from service.sync.page import Page, document, leave_realm

PULL = "changes.read"
ITEMS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for. No cursor: from the beginning."""

    cursor: str | None = None
    items_max: int = ITEMS_MAX
    collections: Sequence[str] = ()
    wait_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One page. ``is_news`` is False when the client had everything already."""

    body: bytes
    epoch: str
    head: int
    is_news: bool


class Puller:
    """Answers pulls."""

    def __init__(
        self, db: Database, bus: Bus, access: AccessBook, cursors: Cursors, bytes_max: int
    ) -> None:
        self._db = db
        self._bus = bus
        self._access = access
        self._cursors = cursors
        self._bytes_max = bytes_max

    def pull(self, principal: Principal, space: str, wish: Wish) -> Answer | None:
        """The next page; None when ``wish.wait_seconds`` passed and nothing happened.

        Raises SpaceNotFound, InvalidCursor, ResyncRequired.
        """
        answer = self._page(principal, space, wish)
        if answer.is_news or not wish.wait_seconds:
            return answer
        moved = follow(
            self._bus,
            topic_of(space),
            lambda: bool(draining) or self._head(space) > answer.head,
            wish.wait_seconds,
        )
        return self._page(principal, space, wish) if moved else None

    def _head(self, space: str) -> int:
        with self._db.reading() as connection:
            return position_of(connection, space).head

    def _page(self, principal: Principal, space: str, wish: Wish) -> Answer:
        with self._db.snapshot() as connection:
            position = position_of(connection, space)
            try:
                access = self._access.access(connection, position, principal.user_id)
            except SpaceNotFound:
                return self._farewell(connection, position, principal, wish)
            decide(principal, PULL, access.role)
            reader = Reader(connection, access, frozenset(wish.collections))
            return self._fill(reader, position, self._cursor(position, access, wish), wish)

    def _cursor(self, position: Position, access: Access, wish: Wish) -> Cursor:
        filter_id = filter_id_of(wish.collections)
        if wish.cursor is None:
            return start(position, access, filter_id)
        cursor = self._cursors.loads(wish.cursor, position.space, access.user_id)
        cursor.check(position, access)
        if cursor.filter_id != filter_id:
            raise ResyncRequired(reason="filter_changed")
        return cursor

    def _fill(self, reader: Reader, position: Position, cursor: Cursor, wish: Wish) -> Answer:
        page = Page(wish.items_max, self._bytes_max)
        came_from, phase = cursor, "backfill" if cursor.backfills else "delta"
        while page.room and (cursor.backfills or cursor.c < position.head):
            if cursor.backfills:
                cursor = backfill(page, cursor, reader)
            else:
                cursor = extend(page, cursor, position.head, reader)
            yield_now()
        is_news = wish.cursor is None or cursor != came_from
        return self._answer(page.texts, cursor, position, phase, is_news=is_news)

    def _farewell(
        self, connection: Connection, position: Position, principal: Principal, wish: Wish
    ) -> Answer:
        """To a client whose user is no longer a member: forget everything, said once."""
        if wish.cursor is None:
            raise SpaceNotFound
        cursor = self._cursors.loads(wish.cursor, position.space, principal.user_id)
        who = position.space, principal.user_id
        events = scan.events(connection, *who, cursor.c, position.head)
        if cursor.epoch != position.epoch or not events:
            raise SpaceNotFound
        gone = replace(cursor, c=position.head, backfills=())
        # Not realm by realm: a client that saw every realm, or has not been here for long, may have
        # copies of others than its user was in at the end.
        return self._answer([leave_realm(EVERY_REALM)], gone, position, "delta", is_news=True)

    def _answer(
        self, texts: list[str], cursor: Cursor, position: Position, phase: str, *, is_news: bool
    ) -> Answer:
        body = document(
            texts,
            cursor=self._cursors.dumps(cursor),
            more=bool(cursor.backfills) or cursor.c < position.head,
            phase=phase,
            head=position.head,
            epoch=position.epoch,
        )
        return Answer(body, position.epoch, position.head, is_news)

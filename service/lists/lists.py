"""The verb of lists: a page of what a caller sees."""

from service.auth.principal import Principal
from service.changes.position import position_of
from service.core.db import Database
from service.lists.page import ListPage
from service.lists.pager import Pager
from service.lists.query import ListQuery
from service.spaces.books import Books

READ = "records.read"


class Lists:
    """Lists of the records of a collection."""

    def __init__(self, db: Database, books: Books, pager: Pager) -> None:
        self._db = db
        self._access, self._collections = books
        self._pager = pager

    def page(self, principal: Principal, space: str, collection: str, query: ListQuery) -> ListPage:
        """One page of what the caller sees of a collection.

        Raises SpaceNotFound, CollectionNotFound, and what ``Pager.page`` raises.
        """
        with self._db.walking() as connection:
            position = position_of(connection, space)
            access = self._access.allowed(connection, position, principal, READ)
            found = self._collections.collection(connection, position, collection)
            return self._pager.page(connection, access, found, query)

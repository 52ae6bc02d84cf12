"""Everything that does the work, built once from the settings, in the order of the rooms.

There is no Flask in it and no Celery: the web application, the workers, the scripts and the tests all stand
on the same object.
"""

from dataclasses import dataclass

from service.auth.keys import Keys
from service.changes.log import Log
from service.core.db import Database, open_database
from service.core.keyring import Keyring
from service.core.settings import Settings
from service.core.signed import Signer
from service.events.bus import Bus, open_bus
from service.records.records import Records
from service.records.stage import Stager
from service.records.writer import Writer
from service.spaces.access import AccessBook
from service.spaces.books import CollectionBook
from service.sync.cursor import Cursors
from service.sync.envelope import Limits
from service.sync.pull import Puller
from service.sync.push import Pusher
from service.sync.sync import Sync


@dataclass(frozen=True, slots=True)
class Backbone:
    """The verbs of every room."""

    settings: Settings
    db: Database
    bus: Bus
    log: Log
    keyring: Keyring
    access_book: AccessBook
    collection_book: CollectionBook
    writer: Writer
    records: Records
    sync: Sync

    def close(self) -> None:
        """Let go of connections."""
        self.bus.stop()
        self.db.dispose()


def open_backbone(settings: Settings) -> Backbone:
    """Connect, and build every room on the ones below it."""
    db = open_database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        synchronous=settings.sqlite_synchronous,
    )
    bus = open_bus(settings.database_url, settings.redis_url)
    log = Log(db, bus)
    keyring = Keyring(settings.secret_key, settings.secret_key_previous)
    access_book = AccessBook()
    collection_book = CollectionBook()
    writer = Writer(db, log, Stager(access_book, collection_book, settings.record_bytes_max))
    bus.start()
    return Backbone(
        settings=settings,
        db=db,
        bus=bus,
        log=log,
        keyring=keyring,
        access_book=access_book,
        collection_book=collection_book,
        writer=writer,
        records=Records(db, log, writer, access_book),
        sync=_sync(settings, db, bus, access_book, writer, keyring),
    )


def _sync(
    settings: Settings,
    db: Database,
    bus: Bus,
    access_book: AccessBook,
    writer: Writer,
    keyring: Keyring,
) -> Sync:
    cursors = Cursors(Signer(keyring, "changes cursor"))
    limits = Limits(settings.push_mutations_max, settings.record_bytes_max)
    return Sync(
        Puller(db, bus, access_book, cursors, settings.changes_page_bytes_max),
        Pusher(writer, limits),
        settings.push_bytes_max,
    )

"""Everything that does the work, built once from the settings, in the order of the rooms.

There is no Flask in it and no Celery: the web application, the workers, the scripts and the tests
all stand on the same object.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from service.audit.store import audit
from service.auth.bootstrap import Bootstrap
from service.auth.keys import Keys
from service.auth.last_used import LastUsed
from service.auth.scheme import Schemes
from service.auth.scheme_api_key import ApiKeyScheme
from service.auth.users import Users
from service.changes.log import Log
from service.core.db import Database, open_database
from service.core.errors import StorageFull, Unavailable
from service.core.keyring import Keyring
from service.core.settings import Settings
from service.core.signed import Signer
from service.events.bus import Bus, open_bus
from service.imports.imports import Imports
from service.imports.pipeline import Pipeline
from service.imports.rules import RuleBook
from service.jobs.artifacts import Artifacts
from service.jobs.jobs import Jobs
from service.jobs.lease import Leases
from service.jobs.queue import Queue
from service.lists.lists import Lists
from service.lists.pager import Pager
from service.lists.reconcile import reconcile
from service.records.prune import Pruner
from service.records.records import Records
from service.records.stage import Stager
from service.records.store import holds_records
from service.records.writer import Writer
from service.spaces.access import AccessBook
from service.spaces.books import Books, CollectionBook
from service.spaces.declare import Collections
from service.spaces.members import Members
from service.spaces.spaces import Spaces, limits_of
from service.sync.cursor import Cursors
from service.sync.envelope import Limits
from service.sync.pull import Puller
from service.sync.push import Pusher
from service.sync.sync import Sync

MAIN_SPACE = "main"
KEYS_TOPIC = "keys"


@dataclass(frozen=True)
class Backbone:
    """The verbs of every room. Each is made when it is first asked for, from those below it."""

    settings: Settings
    db: Database
    bus: Bus

    def close(self) -> None:
        """Write what is noted, and let go of connections."""
        with suppress(Unavailable, StorageFull):  # then it is not noted when a key was last used
            self.last_used.flush()
        self.bus.stop()
        self.db.dispose()

    # The rooms of core and changes

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that everything signed is signed with."""
        return Keyring(self.settings.secret_key, self.settings.secret_key_previous)

    @cached_property
    def log(self) -> Log:
        """The writing transaction of a space."""
        return Log(self.db, self.bus)

    # The room of auth

    @cached_property
    def last_used(self) -> LastUsed:
        """When each key was last used."""
        return LastUsed(self.db)

    @cached_property
    def schemes(self) -> Schemes:
        """The ways to say who is calling."""
        api_keys = ApiKeyScheme(self.db, self.last_used)

        def listen(topic: str, _value: str) -> None:
            if topic == KEYS_TOPIC:
                api_keys.forget()

        self.bus.listen(listen)
        return Schemes([api_keys])

    @cached_property
    def keys(self) -> Keys:
        """API keys."""
        return Keys(self.db, audit, self._rights_taken)

    @cached_property
    def users(self) -> Users:
        """People."""
        users = Users(self.db, audit, self._rights_taken)
        users.when_leaving(self.members.leave_everywhere)
        return users

    @cached_property
    def bootstrap(self) -> Bootstrap:
        """The first of them."""
        welcome = partial(self.members.admit_owner, space=MAIN_SPACE)
        return Bootstrap(self.db, self.settings.bootstrap_token, audit, welcome)

    def _rights_taken(self) -> None:
        self.bus.publish(KEYS_TOPIC)

    # The room of spaces

    @cached_property
    def access_book(self) -> AccessBook:
        """What is known of members."""
        return AccessBook()

    @cached_property
    def collection_book(self) -> CollectionBook:
        """What is known of collections."""
        return CollectionBook()

    @cached_property
    def spaces(self) -> Spaces:
        """Spaces."""
        limits = limits_of(self.settings)
        return Spaces(self.db, self.log, self.access_book, self.members, limits)

    @cached_property
    def members(self) -> Members:
        """Members of spaces."""
        return Members(self.db, self.log, self.access_book)

    @cached_property
    def collections(self) -> Collections:
        """Collections of spaces."""
        days = self.settings.retention_days
        return Collections(self.db, self.log, self.access_book, holds_records, days)

    # The room of records

    @cached_property
    def writer(self) -> Writer:
        """The one way to write records."""
        settings = self.settings
        stager = Stager(self.access_book, self.collection_book, settings.record_bytes_max)
        return Writer(self.db, self.log, stager, settings.push_touched_bytes_max)

    @cached_property
    def records(self) -> Records:
        """Single records."""
        return Records(self.db, self.log, self.writer, self.access_book)

    @cached_property
    def pruner(self) -> Pruner:
        """Forgetting what is old."""
        days, answer_days = self.settings.retention_days, self.settings.mutation_result_days
        return Pruner(self.db, self.log, days, answer_days)

    # The room of lists

    @cached_property
    def lists(self) -> Lists:
        """Lists of records."""
        books = Books(self.access_book, self.collection_book)
        return Lists(self.db, books, Pager(self.keyring))

    def build_indexes(self) -> None:
        """Make the indexes in the database those that collections declare."""
        reconcile(self.db, self.collections)

    # The room of jobs

    @cached_property
    def artifacts(self) -> Artifacts:
        """Files that jobs read and make."""
        return Artifacts(self.db)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work."""
        return Jobs(self.db, self.log, self.bus, self.artifacts)

    @cached_property
    def queue(self) -> Queue:
        """Jobs that wait for a worker, as dispatchers see them."""
        return Queue(self.db, self.log, self.bus)

    @cached_property
    def leases(self) -> Leases:
        """Jobs that are in hand, as workers see them."""
        return Leases(self.db, self.log, self.bus, self.settings.lease_seconds)

    # The room of sync

    @cached_property
    def sync(self) -> Sync:
        """Pull and push."""
        settings = self.settings
        cursors = Cursors(Signer(self.keyring, "changes cursor"))
        page_bytes_max = settings.changes_page_bytes_max
        puller = Puller(self.db, self.bus, self.access_book, cursors, page_bytes_max)
        limits = Limits(settings.push_mutations_max, settings.record_bytes_max)
        return Sync(puller, Pusher(self.writer, limits), settings.push_bytes_max)

    # The room of imports

    @cached_property
    def imports(self) -> Imports:
        """Taking files in."""
        bytes_max = self.settings.record_bytes_max
        return Imports(self.db, self._rule_book, self.jobs, self.artifacts, bytes_max)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Writing what was taken in, as a job."""
        return Pipeline(self.db, self.log, self._rule_book, self.artifacts, self.settings)

    @cached_property
    def _rule_book(self) -> RuleBook:
        return RuleBook(self.access_book, self.collection_book)


def open_backbone(settings: Settings) -> Backbone:
    """Connect to the database and the bus."""
    db = open_database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        synchronous=settings.sqlite_synchronous,
    )
    bus = open_bus(settings.database_url, settings.redis_url)
    bus.start()
    return Backbone(settings, db, bus)

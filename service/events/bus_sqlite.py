"""The bus of the processes that share a SQLite file: the file itself is the message.

``PRAGMA data_version`` changes on a connection when any *other* connection has committed, in
whatever process. A connection that never writes therefore sees every commit there is, for a few
microseconds a look. It cannot see what was committed, so everybody is woken, also by the process's
own commits; what the process publishes itself wakes its topic at once.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from service.events.audience import Audience
from service.events.link import Link

POLL_SECONDS = 0.05


class SqliteBus(Audience):
    """Wakes everybody within ``POLL_SECONDS`` of a commit by anybody."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._link = Link("the bus on SQLite", self._watch)

    @property
    def connected(self) -> bool:
        """False while the file cannot be read."""
        return self._link.connected

    def start(self) -> None:
        """Begin to watch; the file may come later."""
        self._link.start()

    def stop(self) -> None:
        """Stop watching."""
        self._link.stop()

    def _watch(self, link: Link) -> None:
        with closing(self._connect()) as connection:
            seen = None
            while not link.stopping:
                version = connection.execute("PRAGMA data_version").fetchall()
                if version != seen:
                    self.wake_everybody()
                    link.up()
                seen = version
                link.rest(POLL_SECONDS)

    def _connect(self) -> sqlite3.Connection:
        # rw: watching must not create the file. No timeout: waiting for a lock would hold the loop.
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)


def open_sqlite(url: str) -> SqliteBus:
    """The bus on ``sqlite:///path``."""
    return SqliteBus(Path(url.removeprefix("sqlite:///")))

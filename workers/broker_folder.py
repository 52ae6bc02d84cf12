"""A broker without a server: a folder that worker and dispatcher share, a file for each message.

Kombu's own filesystem transport shows a message under its name before it is written, so that a
reader may meet half of it, and passes messages through the machine's common temporary directory.
Here a message appears whole, and stays in the folder until it is read. It may still be lost with
the worker that read it: the dispatcher sends again what nobody claimed.
"""

import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

SUFFIX = ".msg"


class Channel(filesystem.Channel):
    """Messages in files that appear and disappear under their names in one step."""

    def _put(  # type: ignore[override] # kombu's stubs say two things
        self,
        queue: str,
        payload: dict[str, Any],
        **_options: Any,
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}{SUFFIX}"
        draft = folder / f".{name}"
        draft.write_text(dumps(payload))
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(_messages(self.data_folder_in, queue)):
            with suppress(FileNotFoundError):  # another process was faster
                mine = path.rename(path.with_name(f".{path.name}"))
                text = mine.read_text()
                mine.unlink()
                return loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(_messages(self.data_folder_in, queue))


class Transport(filesystem.Transport):
    """The filesystem transport with this channel, for Celery's event loop.

    With the loop every child of the worker has a pipe of its own. Without, they share one, and a
    child that is killed while it waits there takes the lock of it to its grave.
    """

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, _connection: object, loop: Any) -> None:
        """Look for messages again and again."""
        loop.call_repeatedly(self.polling_interval, self._look)

    def _look(self) -> None:
        assert self.cycle is not None  # noqa: S101 - an open connection has its channels
        with suppress(Empty):
            while True:
                self.cycle.get(self._deliver)


def _messages(folder: str, queue: str) -> list[Path]:
    """Those of ``queue`` that are whole and not taken: no dot stands before the queue's name."""
    ending = f"{queue}{SUFFIX}"
    return [path for path in Path(folder).iterdir() if path.name.partition(".")[2] == ending]

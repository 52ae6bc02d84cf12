"""Files of jobs, kept in the database: web and worker need not share a disk.

A file is a row and its chunks, all of CHUNK_BYTES but the last, so that a reader can begin
anywhere. While it is being written each chunk prolongs its life a little; what was broken off
expires by itself, and upkeep removes whatever has expired, some chunks at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from service.core import clock
from service.core.db import Database
from service.core.ids import new_id
from service.core.offload import yield_now
from service.core.sql import Hot, list_of
from service.jobs.errors import ArtifactGone

CHUNK_BYTES: Final = 512 * 1024
WRITING_MS_MAX: Final = 3_600_000
KEPT_DAYS: Final = 7
CHUNKS_REMOVED_AT_ONCE: Final = 32

_CREATE = Hot(
    "INSERT INTO artifacts (id, space, content_type, state,"  # noqa: S608 - constants
    " bytes, created_by, created_at, expires_at_ms)"
    " VALUES (:id, :space, :content_type, 'writing', 0, :created_by, :at,"
    f" NOW_MS() + {WRITING_MS_MAX})"
)
_GROW = Hot(
    "UPDATE artifacts SET bytes = bytes + :bytes,"  # noqa: S608 - constants
    f" expires_at_ms = NOW_MS() + {WRITING_MS_MAX} WHERE id = :id AND state = 'writing'"
)
_ADD_CHUNK = Hot("INSERT INTO artifact_chunks (artifact_id, n, data) VALUES (:id, :n, :data)")
_COMPLETE = Hot(
    "UPDATE artifacts SET state = 'whole', sha256 = :sha256,"  # noqa: S608 - constants
    f" expires_at_ms = NOW_MS() + {KEPT_DAYS * clock.DAY_MS} WHERE id = :id AND state = 'writing'"
)
_CHUNK = Hot(
    "SELECT c.data FROM artifacts a"
    " LEFT JOIN artifact_chunks c ON c.artifact_id = a.id AND c.n = :n"
    " WHERE a.id = :id AND a.state = 'whole' AND a.expires_at_ms > NOW_MS()"
)
_EXPIRE = Hot("UPDATE artifacts SET expires_at_ms = 0 WHERE IN_LIST(id, :ids)")
_EXPIRED = Hot("SELECT id FROM artifacts WHERE expires_at_ms <= NOW_MS() LIMIT 100")
_REMOVE_CHUNKS = Hot(
    "DELETE FROM artifact_chunks WHERE artifact_id = :id"  # noqa: S608 - constants
    " AND n IN (SELECT n FROM artifact_chunks"
    f" WHERE artifact_id = :id ORDER BY n LIMIT {CHUNKS_REMOVED_AT_ONCE})"
)
_REMOVE = Hot("DELETE FROM artifacts WHERE id = :id AND expires_at_ms <= NOW_MS()")


@dataclass(frozen=True, slots=True)
class NewArtifact:
    """What a file is, before its first byte."""

    space: str
    content_type: str
    created_by: str


class Artifacts:
    """The files of all spaces."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, new: NewArtifact) -> "Writing":
        """Open a file for writing."""
        artifact_id = new_id("art")
        self._db.write(
            lambda connection: _CREATE.run(
                connection,
                id=artifact_id,
                space=new.space,
                content_type=new.content_type,
                created_by=new.created_by,
                at=clock.timestamp(),
            )
        )
        return Writing(self._db, artifact_id)

    def read(self, artifact_id: str, start: int = 0) -> Iterator[bytes]:
        """The file's bytes from ``start`` on, in chunks. Raises ArtifactGone."""
        n, skipped = divmod(start, CHUNK_BYTES)
        while (chunk := self._chunk(artifact_id, n)) is not None:
            yield chunk[skipped:]
            n, skipped = n + 1, 0

    def expire(self, connection: Connection, artifact_ids: Sequence[str | None]) -> None:
        """Nobody can read these any more; upkeep makes room."""
        _EXPIRE.run(connection, ids=list_of(connection, [id_ for id_ in artifact_ids if id_]))

    def remove_expired(self) -> int:
        """Delete files that have expired, whole or not; how many."""
        with self._db.reading() as connection:
            expired = [row[0] for row in _EXPIRED.rows(connection)]
        for artifact_id in expired:
            while self._db.write(partial(_REMOVE_CHUNKS.run, id=artifact_id)):
                yield_now()
            self._db.write(partial(_REMOVE.run, id=artifact_id))
        return len(expired)

    def _chunk(self, artifact_id: str, n: int) -> bytes | None:
        with self._db.reading() as connection:
            row = _CHUNK.row(connection, id=artifact_id, n=n)
        if row is None:
            raise ArtifactGone
        return None if row[0] is None else bytes(row[0])


class Writing:
    """A file that is being written. What never becomes ``complete`` expires."""

    def __init__(self, db: Database, artifact_id: str) -> None:
        self.id = artifact_id
        self.bytes = 0
        self._db = db
        self._digest = sha256()
        self._buffer = bytearray()
        self._chunks = 0

    @property
    def sha256(self) -> str:
        """The digest of what was written so far, hex."""
        return self._digest.hexdigest()

    def write_all(self, pieces: Iterable[bytes]) -> None:
        """Append ``pieces`` as they come; other greenlets run between them. Raises ArtifactGone."""
        for piece in pieces:
            self.write(piece)
            yield_now()

    def write(self, piece: bytes) -> None:
        """Append ``piece``, of 256 KiB at most."""
        self._digest.update(piece)
        self.bytes += len(piece)
        self._buffer += piece
        if len(self._buffer) >= CHUNK_BYTES:
            self._store(bytes(self._buffer[:CHUNK_BYTES]))
            del self._buffer[:CHUNK_BYTES]

    def flush(self) -> None:
        """Store the last chunk."""
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()

    def complete(self, connection: Connection) -> None:
        """Make the flushed file readable, in the open transaction. Raises ArtifactGone."""
        if not _COMPLETE.run(connection, id=self.id, sha256=self.sha256):
            raise ArtifactGone

    def abandon(self) -> None:
        """It is of no use: let it expire now."""
        self._db.write(
            lambda connection: _EXPIRE.run(connection, ids=list_of(connection, [self.id]))
        )

    def _store(self, chunk: bytes) -> None:
        self._db.write(partial(_add_chunk, self.id, self._chunks, chunk))
        self._chunks += 1


def _add_chunk(artifact_id: str, n: int, chunk: bytes, connection: Connection) -> None:
    if not _GROW.run(connection, id=artifact_id, bytes=len(chunk)):
        raise ArtifactGone
    _ADD_CHUNK.run(connection, id=artifact_id, n=n, data=chunk)

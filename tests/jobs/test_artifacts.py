"""Files in the database: whole or not there, readable from anywhere, gone when time is over."""

from hashlib import sha256
from itertools import count, islice

import pytest

from service.jobs.artifacts import CHUNK_BYTES, NewArtifact, Writing
from service.jobs.errors import ArtifactGone
from tests.jobs.builders import Desk

LENGTH = 2 * CHUNK_BYTES + 1000
CONTENT = b"".join(n.to_bytes(4) for n in islice(count(), LENGTH // 4))
PIECES = [CONTENT[start : start + 65_536] for start in range(0, len(CONTENT), 65_536)]


def begin(desk: Desk) -> Writing:
    return desk.backbone.artifacts.begin(NewArtifact("main", "text/csv", "usr"))


def keep(desk: Desk, pieces: list[bytes]) -> Writing:
    writing = begin(desk)
    writing.write_all(pieces)
    writing.flush()
    desk.backbone.db.write(writing.complete)
    return writing


def read(desk: Desk, artifact_id: str, start: int = 0) -> bytes:
    return b"".join(desk.backbone.artifacts.read(artifact_id, start))


def test_what_was_written_is_read(desk: Desk) -> None:
    kept = keep(desk, PIECES)

    assert read(desk, kept.id) == CONTENT
    assert (kept.bytes, kept.sha256) == (len(CONTENT), sha256(CONTENT).hexdigest())
    assert desk.rows("SELECT state, bytes, sha256 FROM artifacts") == [
        ("whole", len(CONTENT), kept.sha256)
    ]


@pytest.mark.parametrize("start", [1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 999])
def test_reading_begins_anywhere(desk: Desk, start: int) -> None:
    assert read(desk, keep(desk, PIECES).id, start) == CONTENT[start:]


def test_nothing_is_read_behind_the_end(desk: Desk) -> None:
    assert read(desk, keep(desk, PIECES).id, len(CONTENT)) == b""


def test_a_file_may_be_empty(desk: Desk) -> None:
    assert read(desk, keep(desk, []).id) == b""


def test_a_file_that_is_not_whole_cannot_be_read(desk: Desk) -> None:
    writing = begin(desk)
    writing.write_all(PIECES)

    with pytest.raises(ArtifactGone):
        read(desk, writing.id)


def test_a_broken_upload_is_removed_when_nothing_has_come_for_long(desk: Desk) -> None:
    writing = begin(desk)
    writing.write_all(PIECES)
    assert desk.backbone.artifacts.remove_expired() == 0

    writing.abandon()

    assert desk.backbone.artifacts.remove_expired() == 1
    assert desk.rows("SELECT count(*) FROM artifact_chunks") == [(0,)]
    with pytest.raises(ArtifactGone):
        writing.write_all(PIECES)


def test_a_file_expires(desk: Desk) -> None:
    kept = keep(desk, PIECES)
    desk.backbone.db.write(lambda c: desk.backbone.artifacts.expire(c, [kept.id, None]))

    with pytest.raises(ArtifactGone):
        read(desk, kept.id)
    assert desk.backbone.artifacts.remove_expired() == 1
    assert desk.rows("SELECT count(*) FROM artifacts") == [(0,)]

"""Running an import: chunk by chunk, by the rules of the moment, and from wherever it was left."""

from collections.abc import Callable

import pytest

from service.auth.errors import RoleForbidden
from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.errors import SpaceNotFound
from service.core.driver_errors import Busy
from service.imports import pipeline
from service.imports.errors import RulesChanged, TooManyBadRows
from service.imports.imports import Request
from service.imports.options import Options
from service.imports.row import Hints
from service.jobs.errors import ArtifactGone
from service.jobs.lease import Lease
from tests.api import Api
from tests.jobs.builders import Desk

ROWS = 10
CHUNK_ROWS = 4


class Import:
    """An import of ROWS rows by an editor, in chunks of CHUNK_ROWS."""

    def __init__(self, api: Api, backbone: Backbone) -> None:
        self.api, self.backbone = api, backbone
        self.path = api.collection("things", schema={"properties": {"n": {"type": "integer"}}})
        self.editor = api.member("editor@example.org")
        backbone.pipeline.chunk_rows = CHUNK_ROWS

    def start(self, *lines: str, **said: object) -> Lease:
        """Upload, and claim the job."""
        lines = lines or tuple(f"r{n},{n}" for n in range(1, ROWS + 1))
        data = "\n".join(["id,n", *lines]).encode()
        principal = Principal(self.editor.user_id, "key", frozenset({"admin"}), "member")
        options = Options("things", key=("id",))._replace(**said)  # type: ignore[arg-type]
        seen = self.backbone.imports.start(
            Request(principal, "main", options, Hints()), [data], "text/csv"
        )
        lease = self.backbone.leases.claim(seen.job.id, "worker", ("import",))
        assert lease is not None
        return lease

    def run(self, lease: Lease) -> int:
        """Run to the end; how many chunks it took."""
        return len(list(self.backbone.pipeline.run(lease)))

    def after_first_chunk(self, lease: Lease, change: Callable[[], object]) -> None:
        """Change something behind the running import, and let it go on."""
        running = self.backbone.pipeline.run(lease)
        next(running)
        change()
        list(running)

    def ids(self) -> list[str]:
        rows = Desk(self.backbone).rows("SELECT id FROM records ORDER BY seq")
        return [row[0] for row in rows]


@pytest.fixture
def importing(api: Api, backbone: Backbone) -> Import:
    return Import(api, backbone)


def test_rows_are_written_in_chunks(importing: Import) -> None:
    lease = importing.start()

    assert importing.run(lease) == 3
    assert importing.ids() == [f"r{n}" for n in range(1, ROWS + 1)]
    assert (lease.job.done, lease.job.resume["row"]) == (ROWS, ROWS)
    assert lease.job.bytes_done == lease.job.bytes_total


def test_a_chunk_is_bounded_in_bytes_too(
    importing: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK_BYTES_MAX", 10)

    assert importing.run(importing.start()) == 4


def test_an_import_goes_on_where_it_was_left(importing: Import) -> None:
    lease = importing.start()
    next(importing.backbone.pipeline.run(lease))
    lease.release()
    again = importing.backbone.leases.claim(lease.job.id, "another", ("import",))
    assert again is not None

    assert importing.run(again) == 2
    assert importing.ids() == [f"r{n}" for n in range(1, ROWS + 1)]
    assert again.job.resume["counts"]["created"] == ROWS


def test_a_chunk_that_could_not_be_committed_is_written_once(
    importing: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = importing.start()
    write, fails = importing.backbone.log.write, iter([True, False, True])

    def lose_the_answer(*arguments: object, **options: object) -> object:
        written: object = write(*arguments, **options)  # type: ignore[arg-type]
        if next(fails, False):
            raise Busy
        return written

    monkeypatch.setattr(importing.backbone.log, "write", lose_the_answer)
    for _ in range(2):
        with pytest.raises(Busy):
            importing.run(lease)
        lease.reread()
    importing.run(lease)

    assert importing.ids() == [f"r{n}" for n in range(1, ROWS + 1)]


def test_rows_are_checked_by_the_rules_that_hold_when_they_are_written(importing: Import) -> None:
    lease = importing.start()

    def allow_less() -> None:
        small = {"schema": {"properties": {"n": {"type": "integer", "maximum": 6}}}}
        importing.api.put("/spaces/main/collections/things", small, match="*")

    with pytest.raises(RulesChanged):
        importing.after_first_chunk(lease, allow_less)
    lease.reread()
    importing.run(lease)

    assert importing.ids() == [f"r{n}" for n in range(1, 7)]
    assert lease.job.failed == 4


def test_who_loses_the_right_to_write_stops_writing(importing: Import) -> None:
    lease = importing.start()
    member = f"/spaces/main/members/{importing.editor.user_id}"

    def demote() -> None:
        importing.api.put(member, {"role": "viewer", "realms": ["shared"]}, match="*")

    with pytest.raises(RulesChanged):
        importing.after_first_chunk(lease, demote)
    lease.reread()
    with pytest.raises(RoleForbidden):
        importing.run(lease)
    importing.api.delete(member)
    with pytest.raises(SpaceNotFound):
        importing.run(lease)

    assert len(importing.ids()) == CHUNK_ROWS


def test_an_import_stops_after_as_many_bad_rows_as_were_allowed(importing: Import) -> None:
    lease = importing.start("a,1", "b,x", "c,3", "d,x", "e,5", failed_max=2)

    with pytest.raises(TooManyBadRows):
        importing.run(lease)

    assert importing.ids() == ["a", "c"]
    assert (lease.job.done, lease.job.failed) == (4, 2)


def test_rows_that_are_taken_count_as_bad(importing: Import) -> None:
    importing.run(importing.start())
    lease = importing.start("r1,1", "new,2")

    importing.run(lease)

    assert (lease.job.failed, lease.job.resume["counts"]["created"]) == (1, 1)
    errors = Desk(importing.backbone).rows("SELECT row_no, code, cells FROM job_errors")
    assert errors == [(1, "exists", '["r1","1"]')]


def test_without_a_key_every_import_makes_new_records(importing: Import) -> None:
    importing.run(importing.start(key=()))
    importing.run(importing.start(key=()))

    assert len(set(importing.ids())) == 2 * ROWS


def test_an_upload_that_expired_fails_the_import(importing: Import) -> None:
    lease = importing.start()
    artifacts = importing.backbone.artifacts
    importing.backbone.db.write(lambda c: artifacts.expire(c, [lease.job.input_id]))

    with pytest.raises(ArtifactGone):
        importing.run(lease)


def test_the_planner_is_told_of_many_rows(
    importing: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "ANALYZE_ROWS_MIN", ROWS)

    importing.run(importing.start())

    assert len(importing.ids()) == ROWS

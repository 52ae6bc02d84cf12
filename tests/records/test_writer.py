"""Writing in groups: what becomes of a group that cannot be written."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.log import Log
from service.core.driver_errors import Busy, DatabaseDown
from service.core.errors import Unavailable
from service.core.precondition import MUST_BE_ABSENT
from service.records import writer as module
from service.records.errors import PushTooLarge
from service.records.mutation import Mutation, SeenState, SeenVersion, Status
from service.records.push import Push
from service.records.stage import Stager
from service.records.writer import Writer
from tests.api import Api

PUSHES = 8


class FailingLog(Log):
    """Takes a moment to fail, and counts how often it was tried."""

    def __init__(self, backbone: Backbone, error: Exception) -> None:
        super().__init__(backbone.db, backbone.bus)
        self.tried = 0
        self._error = error

    def write_spaces(self, bodies: Mapping[str, Any], *_: Any) -> dict[str, Any]:
        self.tried += 1
        time.sleep(0.1)
        raise self._error


def failing_writer(backbone: Backbone, log: Log) -> Writer:
    stager = Stager(backbone.access_book, backbone.collection_book, 1000)
    return Writer(backbone.db, log, stager, 1000)


def push_at_once(writer: Writer, principal: Principal) -> list[Exception]:
    """What each of PUSHES pushes from as many threads was answered."""
    errors: list[Exception] = []

    def push(n: int) -> None:
        created = Mutation("put", "todos", f"r{n}", SeenState(MUST_BE_ABSENT), value={}, text="{}")
        try:
            writer.write(Push("main", principal, [created]))
        except Exception as error:  # noqa: BLE001 - it is what the test is about
            errors.append(error)

    threads = [threading.Thread(target=push, args=(n,)) for n in range(PUSHES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.fixture
def principal(api: Api) -> Principal:
    """The owner of ``main``, where there is a collection ``todos``."""
    api.collection()
    return Principal(api.user_id, "key", frozenset({"admin"}), "admin")


@pytest.mark.parametrize("error", [Busy(), DatabaseDown()])
def test_nobody_waits_for_a_busy_database_again_for_each_push_of_a_group(
    backbone: Backbone, principal: Principal, error: Unavailable
) -> None:
    log = FailingLog(backbone, error)

    errors = push_at_once(failing_writer(backbone, log), principal)

    assert errors == [error] * PUSHES
    assert log.tried < PUSHES


def test_a_group_that_fails_otherwise_is_written_push_by_push(
    backbone: Backbone, principal: Principal
) -> None:
    log = FailingLog(backbone, ValueError("one of them"))

    errors = push_at_once(failing_writer(backbone, log), principal)

    assert len(errors) == PUSHES
    assert log.tried > PUSHES


def test_a_push_that_takes_work_lets_others_in_between(
    backbone: Backbone, principal: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[None] = []
    monkeypatch.setattr(module, "yield_now", lambda: pauses.append(None))
    ids = [f"r{n}" for n in range(2 * module.FORESEEN_AT_ONCE_MAX + 1)]
    creations = [
        Mutation("put", "todos", id_, SeenVersion(None), value={"n": 1}, text='{"n":1}')
        for id_ in ids
    ]
    patches = [Mutation("patch", "todos", id_, SeenVersion(1), value={"n": 2}) for id_ in ids]
    backbone.writer.write(Push("main", principal, creations))

    outcome = backbone.writer.write(Push("main", principal, patches))

    assert len(pauses) == 2
    assert {(result.status, result.record.data) for result in outcome.results if result.record} == {
        (Status.APPLIED, '{"n":2}')
    }


def put(n: int, data: str = '{"n":1}') -> Mutation:
    base = SeenVersion(None)
    return Mutation("put", "todos", f"r{n}", base, value={}, text=data, size=len(data))


@pytest.fixture
def careful(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """A writer that weighs pushes of more than two mutations, and takes 50 bytes."""
    monkeypatch.setattr(module, "WEIGHED_FROM_MUTATIONS", 2)
    stager = Stager(backbone.access_book, backbone.collection_book, 1000)
    return Writer(backbone.db, backbone.log, stager, touched_bytes_max=50)


def test_a_push_on_records_that_hold_too_much_is_refused_before_they_are_read(
    careful: Writer, principal: Principal
) -> None:
    ones = [put(n) for n in range(3)]
    assert all(result.stood for result in careful.write(Push("main", principal, ones)).results)

    twos = [put(n, '{"n":222222}') for n in range(3)]
    with pytest.raises(PushTooLarge):
        careful.write(Push("main", principal, twos))
    assert careful.write(Push("main", principal, twos[:2])).results


def test_a_record_counts_as_often_as_a_push_changes_it(
    careful: Writer, principal: Principal
) -> None:
    with pytest.raises(PushTooLarge):
        careful.write(Push("main", principal, [put(1), put(1), put(1)]))

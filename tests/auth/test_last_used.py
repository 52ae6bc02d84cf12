"""Uses are written later, together, and never by the request that uses."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from service.auth.last_used import FLUSH_SECONDS, LastUsed, in_a_thread
from service.auth.principal import Principal
from service.backbone import Backbone
from service.core import clock
from service.core.driver_errors import DatabaseDown
from tests.auth.callers import admin


@dataclass
class Clockwork:
    """A timer that goes off when the test says so."""

    waits: list[float] = field(default_factory=list)
    calls: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self, seconds: float, call: Callable[[], None]) -> "Clockwork":
        self.waits.append(seconds)
        self.calls.append(call)
        return self

    def cancel(self) -> None:
        self.calls.clear()

    def ring(self) -> None:
        self.calls.pop()()


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
def first_key(backbone: Backbone) -> str:
    return backbone.bootstrap.by_shell("ada@example.org", None).api_key.id


def last_use(backbone: Backbone, key_id: str) -> str | None:
    return backbone.keys.get(admin(), key_id).last_used_at


def test_a_use_is_written_when_the_time_has_come(
    backbone: Backbone, first_key: str, clockwork: Clockwork
) -> None:
    last_used = LastUsed(backbone.db, clockwork)
    before = clock.timestamp()

    last_used.note(first_key)
    assert last_use(backbone, first_key) is None
    clockwork.ring()

    assert before <= str(last_use(backbone, first_key)) <= clock.timestamp()


def test_many_uses_set_one_timer_of_a_minute(
    backbone: Backbone, first_key: str, clockwork: Clockwork
) -> None:
    last_used = LastUsed(backbone.db, clockwork)

    last_used.note(first_key)
    last_used.note(first_key)

    assert clockwork.waits == [FLUSH_SECONDS] == [60.0]


def test_the_next_use_sets_the_next_timer(
    backbone: Backbone, first_key: str, clockwork: Clockwork
) -> None:
    last_used = LastUsed(backbone.db, clockwork)

    last_used.note(first_key)
    clockwork.ring()
    last_used.note(first_key)

    assert len(clockwork.waits) == 2


def test_at_exit_uses_are_written_and_the_timer_is_stopped(
    backbone: Backbone, first_key: str, clockwork: Clockwork
) -> None:
    last_used = LastUsed(backbone.db, clockwork)
    last_used.note(first_key)

    last_used.flush()

    assert last_use(backbone, first_key) is not None
    assert clockwork.calls == []


def test_a_later_use_that_was_written_first_stays(
    backbone: Backbone, first_key: str, clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = LastUsed(backbone.db, clockwork), LastUsed(backbone.db, clockwork)
    elsewhere.note(first_key)
    elsewhere.flush()
    written = last_use(backbone, first_key)

    monkeypatch.setattr(clock, "now_ms", lambda: 0)
    here.note(first_key)
    here.flush()

    assert last_use(backbone, first_key) == written


def test_a_database_that_is_down_costs_nothing_but_a_warning(
    clockwork: Clockwork, caplog: pytest.LogCaptureFixture
) -> None:
    class Down:
        def write(self, _body: object) -> None:
            raise DatabaseDown

    last_used = LastUsed(Down(), clockwork)  # type: ignore[arg-type]
    last_used.note("key_1")
    clockwork.ring()

    assert "last use" in caplog.text


def test_a_timer_does_not_keep_the_process() -> None:
    alarm = in_a_thread(3600, lambda: None)

    assert alarm.daemon  # type: ignore[attr-defined]
    alarm.cancel()


def test_a_request_notes_the_key_it_came_with(backbone: Backbone) -> None:
    made = backbone.bootstrap.by_shell("ada@example.org", None)

    class Request:
        headers = {"Authorization": f"Bearer {made.text}"}  # noqa: RUF012

    caller: Principal = backbone.schemes.authenticate(Request())
    backbone.last_used.flush()

    assert last_use(backbone, caller.key_id) is not None

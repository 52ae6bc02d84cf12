"""Lines: one an event, machine-readable, with what is bound, without secrets."""

import logging
import operator
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from service.core import log

SECRET = "syn_sk_" + "a1B2" * 9


@pytest.fixture
def json_lines() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    log.begin()
    log.configure("INFO", "json")
    yield
    log.configure("INFO", "json")
    root.handlers = handlers
    root.setLevel(level)
    log.begin()


def written(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capfd.readouterr().out.splitlines()]


pytestmark = pytest.mark.usefixtures("json_lines")
logger = logging.getLogger("tests.log")


def test_a_line_says_when_who_and_what(capfd: pytest.CaptureFixture[str]) -> None:
    logger.warning("%s is %d", "size", 3, extra={"size": 3})
    (line,) = written(capfd)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "tests.log",
        "message": "size is 3",
        "size": 3,
    }


def test_what_is_bound_is_in_every_line(capfd: pytest.CaptureFixture[str]) -> None:
    log.begin(request_id="r1")
    log.bind(job_id="job_1")
    logger.info("one")
    log.begin(request_id="r2")
    logger.info("two")
    bound = [(line["request_id"], line.get("job_id")) for line in written(capfd)]
    assert bound == [("r1", "job_1"), ("r2", None)]
    assert log.request_id() == "r2"


def test_outside_of_requests_there_is_no_id() -> None:
    log.begin()
    assert (log.request_id(), log.bound()) == ("-", {})


@pytest.mark.parametrize(
    "text",
    [
        f"key {SECRET} was used",
        f"Authorization: Bearer {SECRET}",
        "Authorization: bearer eyJhbGciOi.J9-_.x/y+z=",
        "Basic dXNlcjpwYXNz",
        f"('{SECRET}',)",
        f"https://host/?key={SECRET}&x=1",
    ],
)
def test_secrets_are_masked_by_their_shape(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    logger.error("%s", text, extra={"also": [text]})
    out = capfd.readouterr().out
    assert "***" in out
    assert not {"a1B2", "eyJ", "dXN"} & {out[i : i + 4] for i in range(len(out))}
    assert "eyJ" not in out
    assert "dXN" not in out


def test_secrets_are_masked_by_their_name(capfd: pytest.CaptureFixture[str]) -> None:
    logger.error("in", extra={"password": "hunter2", "Token": "hunter2"})
    assert "hunter2" not in capfd.readouterr().out


def test_nobody_can_forge_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    logger.error('a\r\n{"level":"info"}\n\x1b[2J')
    (line,) = written(capfd)
    assert line["message"] == 'a\r\n{"level":"info"}\n\x1b[2J'


def test_an_exception_brings_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        operator.truediv(1, 0)
    except ZeroDivisionError:
        logger.exception("failed with \ud800")
    (line,) = written(capfd)
    assert line["message"] == "failed with ?"
    assert line["traceback"].endswith("ZeroDivisionError: division by zero")


def test_strange_values_do_not_break_the_line(capfd: pytest.CaptureFixture[str]) -> None:
    logger.error("odd", extra={"odd": object, "huge": 2**70})
    assert written(capfd)[0]["message"] == "odd"


def test_the_level_decides(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("ERROR", "json")
    logger.warning("quiet")
    assert capfd.readouterr().out == ""


def test_talkative_libraries_never_tell_what_they_carry() -> None:
    log.configure("DEBUG", "json")
    assert not logging.getLogger("amqp.connection").isEnabledFor(logging.DEBUG)
    assert logger.isEnabledFor(logging.DEBUG)


def test_for_people_there_is_a_console_form(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "console")
    log.begin(request_id="r1")
    logger.warning("two\nlines with %s", SECRET, extra={"size": 3})
    out = capfd.readouterr().out
    assert out.count("\n") == 1
    assert "warning tests.log two\\nlines with syn_sk_***  request_id=r1 size=3" in out

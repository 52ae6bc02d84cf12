"""The log: one line of JSON an event on standard output, each written in one piece.

What is bound to the present request or job (``request_id`` first of all) stands in every line
about it. Secrets are masked in the finished line, by their shape, so that no careless message can
leak one.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import orjson

from service.core import clock

Fields = Mapping[str, Any]

_SECRET_SHAPES = re.compile(rb"(syn_[a-z]{2}_|(?:Bearer|bearer|Basic|basic) +)[A-Za-z0-9._~+/=-]+")
_SECRET_NAMES = frozenset(
    {"authorization", "cookie", "password", "secret", "signature", "ticket", "token"}
)
_HIDDEN = "***"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Below these levels libraries tell what they carry, or too much of it.
_LEVELS_MIN = {"amqp": logging.INFO}
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOTHING_BOUND: Fields = {}

_bound: ContextVar[Fields] = ContextVar("log_fields", default=_NOTHING_BOUND)
_console = False


def configure(level: str, line_format: str) -> None:
    """Send all logging of the process here. The arguments are LOG_LEVEL and LOG_FORMAT."""
    global _console  # noqa: PLW0603 - standard output is the process's, and so is its format
    _console = line_format == "console"
    root = logging.getLogger()
    root.handlers = [_LineHandler()]
    root.setLevel(level)
    for name, level_min in _LEVELS_MIN.items():
        logging.getLogger(name).setLevel(max(level_min, root.level))


def begin(**fields: str) -> None:
    """Forget what was bound and bind ``fields``: a new request or job begins in this greenlet."""
    _bound.set(fields)


def bind(**fields: str) -> None:
    """Add ``fields`` to every line of the present request or job."""
    _bound.set({**_bound.get(), **fields})


def bound() -> Fields:
    """What every line of the present request or job says."""
    return _bound.get()


def request_id() -> str:
    """The id of the present request, or of the one behind the present job; ``-`` outside."""
    return str(_bound.get().get("request_id", "-"))


def write(fields: Fields) -> None:
    """Write one line, now. A log that cannot be written never stops the work that it tells of."""
    line = _masked(_text(fields) if _console else _json(fields)) + b"\n"
    try:
        while line:
            line = line[os.write(1, line) :]
    except OSError:
        return


def head(level: str, logger: str) -> dict[str, Any]:
    """The members that every line begins with."""
    return {"at": clock.timestamp(), "level": level, "logger": logger}


def _masked(line: bytes) -> bytes:
    if b"syn_" in line or b"earer " in line or b"asic " in line:
        return _SECRET_SHAPES.sub(rb"\1" + _HIDDEN.encode(), line)
    return line


def _json(fields: Fields) -> bytes:
    try:
        return orjson.dumps(fields, default=str)
    except TypeError:  # half a surrogate pair, or an integer beyond 64 bits
        return json.dumps(fields, default=str, ensure_ascii=False).encode(errors="replace")


def _text(fields: Fields) -> bytes:
    """A line for people: time, level and message first, then the rest as name=value."""
    rest = dict(fields)
    start = " ".join(str(rest.pop(name, "")) for name in ("at", "level", "logger", "message"))
    traceback = rest.pop("traceback", "")
    pairs = " ".join(f"{name}={value}" for name, value in rest.items())
    line = _CONTROLS.sub(lambda found: repr(found[0])[1:-1], f"{start}  {pairs}")
    return f"{line}\n{traceback}".rstrip().encode(errors="backslashreplace")


class _LineHandler(logging.Handler):
    """Brings the records of stdlib logging into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            write(_fields(record))
        except Exception:  # noqa: BLE001 - as stdlib's own handlers do
            self.handleError(record)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
    hidden = {name: _HIDDEN for name in extra if name.lower() in _SECRET_NAMES}
    line = head(record.levelname.lower(), record.name)
    line |= {"message": record.getMessage(), **_bound.get(), **extra, **hidden}
    if record.exc_info:
        line["traceback"] = logging.Formatter().formatException(record.exc_info)
    return line

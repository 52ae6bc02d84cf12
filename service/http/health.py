"""Whether this process lives, whether it can work, and what it is: for platforms, and for clients.

``/healthz`` asks nothing of anybody: a process that answers it should not be restarted.
``/readyz`` runs the checks that the application gives, each with a deadline: a process that fails
one should get no requests.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any, ClassVar, Final

import gevent
import orjson
from flask import Flask, Response, current_app

from service.core.errors import Unavailable
from service.core.jsontext import DEPTH_MAX
from service.core.settings import Settings
from service.http.api import Api, Blueprint
from service.http.contract import answers, fails, public

CHECK_SECONDS_MAX: Final = 1.0

_STATE: Final = "syncline.health"
_MEDIA_TYPE: Final = "application/json"
_SHOWN_BESIDE_LIMITS: Final = ("retention_days", "mutation_result_days")

_logger = logging.getLogger(__name__)

blueprint = Blueprint("service", __name__, description="The service itself.")


class NotReady(Unavailable):
    """This process cannot do its work now: it starts, it stops, or something it needs is down.

    ``checks`` says which part is not well. Requests should go to another process until this one is
    ready.
    """

    code = "not_ready"
    title = "Not ready"
    example: ClassVar[dict[str, Any]] = {
        "checks": [{"name": "database", "status": "failed", "ms": 1000.0}]
    }


@dataclass(frozen=True, slots=True)
class Check:
    """``run`` raises when a part is not well. One that is optional then only degrades."""

    name: str
    run: Callable[[], object]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What ``/v1/meta`` says. A deprecation is ``{operation, since, sunset, instead}``."""

    version: str
    limits: Mapping[str, int]
    capabilities: Sequence[str]
    deprecations: Sequence[Mapping[str, str]] = ()


def register_health(app: Flask, api: Api, checks: Sequence[Check], about: About) -> None:
    """Serve ``/healthz``, ``/readyz`` and ``/v1/meta``."""
    members = {field.name: getattr(about, field.name) for field in fields(about)}
    app.extensions[_STATE] = (tuple(checks), orjson.dumps({"name": "syncline", **members}))
    api.register_blueprint(blueprint)


def limits_of(settings: Settings) -> dict[str, int]:
    """Every limit that a client can meet, by the name of its setting."""
    names = [field.name for field in fields(settings)]
    shown = [name for name in names if name.endswith("_max") or name in _SHOWN_BESIDE_LIMITS]
    return {name: getattr(settings, name) for name in shown} | {"json_depth_max": DEPTH_MAX}


@blueprint.get("/healthz")
@public
@answers(200, {"type": "object"}, example={"status": "alive"})
def get_health() -> Response:
    """Say that this process is alive."""
    return Response(b'{"status":"alive"}', content_type=_MEDIA_TYPE)


@blueprint.get("/readyz")
@public
@answers(
    200,
    {"type": "object"},
    example={"status": "ready", "checks": [{"name": "database", "status": "ok", "ms": 0.4}]},
)
@fails(NotReady)
def get_readiness() -> Response:
    """Say whether this process can work.

    `degraded`: it can, though something that it can do without is down.
    """
    checks, _ = current_app.extensions[_STATE]
    results = run_checks(checks)
    if any(result["status"] == "failed" for result in results):
        raise NotReady(checks=results)
    is_well = all(result["status"] == "ok" for result in results)
    body = {"status": "ready" if is_well else "degraded", "checks": results}
    return Response(orjson.dumps(body), content_type=_MEDIA_TYPE)


@blueprint.get("/v1/meta")
@public
@answers(
    200,
    {"type": "object"},
    example={
        "name": "syncline",
        "version": "1.0.0",
        "limits": {"record_bytes_max": 262144},
        "capabilities": ["sync", "imports"],
        "deprecations": [],
    },
)
def get_meta() -> Response:
    """Tell the version, the limits and the capabilities of this server, and what will go."""
    _, body = current_app.extensions[_STATE]
    return Response(body, content_type=_MEDIA_TYPE)


def run_checks(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Run ``checks`` side by side: ``{name, status: ok|degraded|failed, ms}`` of each.

    One that has not ended after CHECK_SECONDS_MAX has failed; that takes a check which waits
    cooperatively.
    """
    running = [gevent.spawn(_run, check) for check in checks]
    gevent.joinall(running, timeout=CHECK_SECONDS_MAX)
    results = [
        each.value or _result(check, CHECK_SECONDS_MAX)
        for check, each in zip(checks, running, strict=True)
    ]
    gevent.killall(running, block=False)
    return results


def _run(check: Check) -> dict[str, Any]:
    started = perf_counter()
    try:
        check.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is not well
        _logger.warning("check %s failed: %r", check.name, error)
        return _result(check, perf_counter() - started)
    return _result(check, perf_counter() - started, is_well=True)


def _result(check: Check, seconds: float, *, is_well: bool = False) -> dict[str, Any]:
    bad = "degraded" if check.is_optional else "failed"
    return {"name": check.name, "status": "ok" if is_well else bad, "ms": round(seconds * 1000, 1)}

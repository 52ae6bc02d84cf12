from collections.abc import Sequence
from pathlib import Path

import gevent
import pytest
from flask.testing import FlaskClient

from service.core.settings import load_settings
from service.http import health
from service.http.health import About, Check, limits_of, register_health, run_checks
from tests.http.things import things_app


def well() -> None:
    return


def broken() -> None:
    raise ConnectionError("postgres://user:password@host")


def client_with(directory: Path, checks: Sequence[Check]) -> FlaskClient:
    app, api = things_app(directory)
    limits = limits_of(load_settings({"DATA_DIR": str(directory)}))
    register_health(app, api, checks, About("1.2.3", limits, ["sync"]))
    return app.test_client()


def test_a_process_is_alive_whatever_else_is_not(tmp_path: Path) -> None:
    answer = client_with(tmp_path, [Check("database", broken)]).get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


def test_it_is_ready_when_all_is_well(tmp_path: Path) -> None:
    answer = client_with(tmp_path, [Check("database", well)]).get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ready"
    assert answer.get_json()["checks"][0] | {"ms": 0} == {
        "name": "database",
        "status": "ok",
        "ms": 0,
    }


def test_it_is_not_ready_without_what_it_needs(tmp_path: Path) -> None:
    checks = [Check("database", broken), Check("redis", well, is_optional=True)]
    answer = client_with(tmp_path, checks).get("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")
    assert answer.headers["Retry-After"]
    assert [each["status"] for each in answer.get_json()["checks"]] == ["failed", "ok"]
    assert "password" not in answer.text


def test_it_works_on_degraded_without_what_it_can_do_without(tmp_path: Path) -> None:
    checks = [Check("database", well), Check("redis", broken, is_optional=True)]
    answer = client_with(tmp_path, checks).get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")


def test_a_check_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS_MAX", 0.05)
    results = run_checks([Check("slow", lambda: gevent.sleep(5)), Check("quick", well)])
    assert [result["status"] for result in results] == ["failed", "ok"]


def test_meta_tells_version_and_limits(tmp_path: Path) -> None:
    meta = client_with(tmp_path, []).get("/v1/meta").get_json()
    assert (meta["version"], meta["capabilities"], meta["deprecations"]) == ("1.2.3", ["sync"], [])
    assert meta["limits"]["record_bytes_max"] == 256 * 1024
    assert meta["limits"]["json_depth_max"] == 64
    assert meta["limits"]["retention_days"] == 90

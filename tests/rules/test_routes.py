"""Every route says who may use it, how it fails, and what it looks like."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.app import create_app
from service.auth.policy import ACTIONS
from service.backbone import open_backbone
from service.core.http_contract import POLICY
from tests.databases import SqliteShelf, settings_for

Operation = dict[str, Any]

METHODS = {"get", "post", "put", "patch", "delete"}
ANYBODY_MAY = {"bootstrap", "get_health", "get_readiness", "get_meta"}
PAGES_FOR_PEOPLE = ("openapi", "docs.", "static")


@pytest.fixture(scope="module")
def app(sqlite_shelf: SqliteShelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    directory: Path = tmp_path_factory.mktemp("routes")
    with sqlite_shelf.copy(directory) as url:
        backbone = open_backbone(settings_for(url, directory))
        yield create_app(backbone)
        backbone.close()


@pytest.fixture(scope="module")
def operations(app: Flask) -> dict[str, Operation]:
    """Every operation by its id, each with its ``path``."""
    paths = app.test_client().get("/v1/openapi.json").get_json()["paths"]
    return {
        operation["operationId"]: {**operation, "path": path}
        for path, item in paths.items()
        for method, operation in item.items()
        if method in METHODS
    }


def content_of(answer: Operation) -> Iterator[Operation]:
    yield from answer.get("content", {}).values()


def successes(operation: Operation) -> Iterator[Operation]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield answer


def has_example(content: Operation) -> bool:
    return "example" in content or "examples" in content


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    silent = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if not endpoint.startswith(PAGES_FOR_PEOPLE) and not hasattr(view, POLICY)
    }

    assert silent == set()


def test_every_policy_is_one_of_the_table(app: Flask) -> None:
    policies: set[Any] = {getattr(view, POLICY, None) for view in app.view_functions.values()}

    said = {(policy.action, policy.scope) for policy in policies - {None}}
    assert said <= {(action, rule.scope) for action, rule in ACTIONS.items()}


def test_only_these_answer_anybody(operations: dict[str, Operation]) -> None:
    public = {name for name, operation in operations.items() if not operation["security"]}

    assert public <= ANYBODY_MAY


def test_every_guarded_operation_documents_401_and_403(operations: dict[str, Operation]) -> None:
    guarded = {name: each for name, each in operations.items() if each["security"]}

    bare = {name for name, each in guarded.items() if not {"401", "403"} <= set(each["responses"])}
    assert bare == set()


def test_every_operation_documents_its_errors(operations: dict[str, Operation]) -> None:
    always = {"422", "500", "503"}

    assert {
        name for name, each in operations.items() if not always <= set(each["responses"])
    } == set()


def test_every_operation_in_a_space_documents_404(operations: dict[str, Operation]) -> None:
    inside = {name: each for name, each in operations.items() if "{space}" in each["path"]}

    assert {name for name, each in inside.items() if "404" not in each["responses"]} == set()


def test_every_body_and_every_answer_has_an_example(operations: dict[str, Operation]) -> None:
    bodies = {
        name
        for name, each in operations.items()
        for content in content_of(each.get("requestBody", {}))
        if not has_example(content)
    }
    answers = {
        name
        for name, each in operations.items()
        for answer in successes(each)
        for content in content_of(answer)
        if not has_example(content)
    }

    assert (bodies, answers) == (set(), set())


def test_every_operation_has_a_summary(operations: dict[str, Operation]) -> None:
    assert {name for name, each in operations.items() if not each.get("summary")} == set()

"""Every route says who may use it, how it fails, and what it looks like."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service.auth.policy import ACTIONS
from service.core.errors import catalogue
from service.http.contract import POLICY
from tests.document import Document, Json, Operation, examples_of

PUBLIC = {
    "bootstrap.bootstrap": "its token is its credential: there is no key yet",
    "service.get_health": "platforms ask, and know no key",
    "service.get_readiness": "platforms ask, and know no key",
    "service.get_meta": "a client reads the limits before it has a key",
    "openapi": "the document is for whoever writes a client",
    "show_docs": "documentation is for everybody",
    "home": "leads to the documentation",
}
UNDOCUMENTED = {
    "openapi": "it is the document",
    "show_docs": "pages for people",
    "home": "leads to them",
}
ASKED_BY_VERBS = {
    "owners.manage": "put_member and delete_member ask for it where an owner is made or unmade",
}
BESIDE_ROUTES = {
    "method_not_allowed": "a path that has no such method",
    "not_found": "a path that no route has",
    "headers_too_large": "the server, before there is a path",
    "conflict": "a family: routes name the kind",
    "gone": "a family: routes name the kind",
    "artifact_gone": "a job's error: its file has gone meanwhile",
    "too_many_bad_rows": "a job's error",
    "rules_changed": "a job's error, when it was so to the last attempt",
}

Promised = tuple[Rule, str]


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    return list(document.operations.values())


def with_body(operations: list[Operation]) -> list[Operation]:
    return [operation for operation in operations if operation.bodies]


def answers_of(operation: Operation) -> Iterator[Json]:
    """The bodies of its successes."""
    for status, response in operation.responses.items():
        if status.startswith("2"):
            yield from response.get("content", {}).values()


def names(operations: list[Operation]) -> set[str]:
    return {operation.name for operation in operations}


def lacking(operations: list[Operation], *statuses: str) -> set[str]:
    """Those that do not document all of these answers."""
    return {each.name for each in operations if not set(statuses) <= set(each.responses)}


def ours() -> set[str]:
    """The codes of the catalogue, without those that tests make up."""
    return {error.code for error in catalogue() if error.__module__.startswith("service.")}


class TestAccess:
    def test_every_view_has_a_policy_or_is_called_public(self, app: Flask) -> None:
        silent = {name for name, view in app.view_functions.items() if not hasattr(view, POLICY)}
        assert silent == set()

    def test_what_is_public_is_listed_with_a_reason(self, app: Flask) -> None:
        views = app.view_functions.items()
        assert {name for name, view in views if getattr(view, POLICY, "") is None} == set(PUBLIC)

    def test_every_policy_is_one_of_the_table(self, app: Flask) -> None:
        policies = [getattr(view, POLICY) for view in app.view_functions.values()]
        said = {(policy.action, policy.scope) for policy in policies if policy is not None}
        assert said <= {(action, rule.scope) for action, rule in ACTIONS.items()}

    def test_every_action_of_the_table_is_asked_for(self, app: Flask) -> None:
        policies = [getattr(view, POLICY) for view in app.view_functions.values()]
        asked = {policy.action for policy in policies if policy is not None}
        assert asked | set(ASKED_BY_VERBS) == set(ACTIONS)

    def test_the_document_says_what_the_guard_does(
        self, app: Flask, operations: list[Operation]
    ) -> None:
        views = {name.rpartition(".")[2]: view for name, view in app.view_functions.items()}
        policies = {name: getattr(views[name], POLICY) for name in names(operations)}
        assert {each.name: each.said["security"] for each in operations} == {
            name: [{"api_key": [policy.scope]}] if policy else []
            for name, policy in policies.items()
        }


class TestDocumentation:
    def test_every_route_stands_in_the_document(self, app: Flask, document: Document) -> None:
        routes = {
            (rule.rule.replace("<id:", "{").replace(">", "}"), method.lower())
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            if rule.endpoint not in UNDOCUMENTED
        }
        assert routes == {(each.path, each.method) for each in document.operations.values()}

    def test_every_operation_says_what_it_does(self, operations: list[Operation]) -> None:
        assert {each.name for each in operations if not each.said.get("summary")} == set()

    def test_every_operation_has_a_success(self, operations: list[Operation]) -> None:
        successes = {
            each.name for each in operations if any(it.startswith("2") for it in each.responses)
        }
        assert successes == names(operations)

    def test_every_body_has_an_example(self, operations: list[Operation]) -> None:
        bare = {
            operation.name
            for operation in operations
            for content in [*operation.bodies.values(), *answers_of(operation)]
            if not examples_of(content)
        }
        assert bare == set()


class TestErrors:
    def test_every_operation_documents_what_can_happen_to_any(
        self, operations: list[Operation]
    ) -> None:
        assert lacking(operations, "422", "500", "503") == set()

    def test_every_guarded_operation_documents_401_and_403(
        self, operations: list[Operation]
    ) -> None:
        guarded = [each for each in operations if each.said["security"]]
        assert lacking(guarded, "401", "403") == set()

    def test_every_operation_below_an_id_documents_404(self, operations: list[Operation]) -> None:
        assert lacking([each for each in operations if "{" in each.path], "404") == set()

    def test_every_operation_with_a_body_documents_what_can_be_wrong_with_it(
        self, operations: list[Operation]
    ) -> None:
        assert lacking(with_body(operations), "400", "413", "415", "422") == set()

    def test_every_write_documents_a_full_disk(self, operations: list[Operation]) -> None:
        assert lacking([each for each in operations if each.method != "get"], "507") == set()

    def test_every_error_of_the_catalogue_is_met_at_some_route(
        self, operations: list[Operation]
    ) -> None:
        met = {
            code for operation in operations for codes in operation.codes.values() for code in codes
        }
        assert met - ours() == set()
        assert ours() - met == set(BESIDE_ROUTES)

    def test_every_error_has_a_page(self, app: Flask) -> None:
        client = app.test_client()
        pages = {code: client.get(f"/docs/errors/{code}") for code in ours()}
        assert {code for code, page in pages.items() if page.status_code != 200} == set()
        assert {code for code, page in pages.items() if code not in page.text} == set()

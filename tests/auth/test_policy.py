from pathlib import Path

import pytest

from service.auth import policy
from service.auth.errors import InsufficientScope, RoleForbidden
from tests.auth.callers import admin, caller

IN_A_SPACE = sorted(name for name, rule in policy.ACTIONS.items() if rule.role is not None)


def allowed(scope: str, role: str) -> set[str]:
    """The actions in a space that a member with ``role`` may do with one ``scope``."""
    return {action for action in IN_A_SPACE if permits(action, scope, role)}


def permits(action: str, scope: str, role: str | None) -> bool:
    try:
        policy.decide(caller(scope), action, role)
    except (InsufficientScope, RoleForbidden):
        return False
    return True


READING = {
    "changes.read",
    "collections.read",
    "jobs.read",
    "members.read",
    "records.read",
    "spaces.read",
}
EDITING = {"changes.push", "imports.create", "jobs.manage", "records.write"}
MANAGING = {"collections.manage", "members.manage", "records.erase", "spaces.update"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("viewer", READING),
        ("editor", READING | EDITING),
        ("admin", READING | EDITING | MANAGING),
        ("owner", READING | EDITING | MANAGING | {"owners.manage"}),
        ("none", set()),
        ("", set()),
    ],
)
def test_each_role_may_do_exactly_this(role: str, expected: set[str]) -> None:
    assert allowed("admin", role) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("records:read", {"records.read"}),
        (
            "records:write",
            {"records.read", "records.write", "records.erase", "changes.push", "imports.create"},
        ),
        ("changes:read", {"changes.read"}),
        ("spaces:read", {"spaces.read", "members.read", "collections.read"}),
        ("spaces:manage", {"spaces.update"}),
        ("collections:manage", {"collections.manage"}),
        ("members:manage", {"members.manage", "owners.manage"}),
        ("jobs:read", {"jobs.read"}),
        ("jobs:write", {"jobs.manage"}),
        ("keys:manage", set()),
        ("users:manage", set()),
        ("no:such", set()),
    ],
)
def test_each_scope_opens_exactly_this_to_an_owner(scope: str, expected: set[str]) -> None:
    assert allowed(scope, "owner") == expected


@pytest.mark.parametrize("action", IN_A_SPACE)
def test_nothing_in_a_space_is_allowed_without_a_role_in_it(action: str) -> None:
    with pytest.raises(RoleForbidden):
        policy.decide(admin(), action)


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(RoleForbidden):
        policy.decide(admin(), "records.invent", "owner")


def test_the_error_names_the_scope_that_is_missing() -> None:
    with pytest.raises(InsufficientScope) as refused:
        policy.decide(caller("records:read"), "records.write", "owner")

    assert refused.value.members == {"required": "records:write"}


def test_the_error_names_the_least_role() -> None:
    with pytest.raises(RoleForbidden) as refused:
        policy.decide(caller("records:write"), "records.write", "viewer")

    assert refused.value.members == {"required": "editor"}


@pytest.mark.parametrize("action", ["users.read", "users.manage"])
def test_users_are_for_those_who_look_after_the_installation(action: str) -> None:
    policy.decide(admin(), action)

    with pytest.raises(RoleForbidden):
        policy.decide(caller("admin"), action)


def test_a_member_with_the_scope_may_create_spaces() -> None:
    policy.decide(caller("spaces:manage"), "spaces.create")


def test_admitting_does_not_ask_for_a_role() -> None:
    policy.admit(caller("records:write"), "records.write")


def test_every_action_has_a_scope_that_is_documented() -> None:
    assert {rule.scope for rule in policy.ACTIONS.values()} <= set(policy.SCOPES)


def test_every_scope_but_the_one_for_all_opens_something() -> None:
    used = {rule.scope for rule in policy.ACTIONS.values()}

    assert set(policy.SCOPES) - used == {policy.EVERY_SCOPE}


def test_the_page_about_rights_tells_of_every_scope() -> None:
    told = {f"| `{scope}` | {summary} |" for scope, summary in policy.SCOPES.items()}

    assert told - lines_of_the_page() == set()


def test_the_page_about_rights_tells_of_every_action() -> None:
    told = {
        f"| `{action}` | {rule.summary} | `{rule.scope}` | {least_role(rule)} |"
        for action, rule in policy.ACTIONS.items()
    }

    assert told - lines_of_the_page() == set()


def lines_of_the_page() -> set[str]:
    page = Path(__file__).parents[2] / "docs" / "auth.md"
    return set(page.read_text().splitlines())


def least_role(rule: policy.Rule) -> str:
    anywhere = "admin of the installation" if rule.instance_role == "admin" else "anybody"
    return rule.role or anywhere

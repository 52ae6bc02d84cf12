"""Nobody reaches a route without being asked who they are."""

import pytest
from flask import Flask

from service.auth import key
from service.auth.guard import requires
from service.auth.policy import ACTIONS
from tests.api import Api


def get(app: Flask, authorization: str | None) -> "tuple[int, str, str]":
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = app.test_client().get("/v1/spaces", headers=headers)
    return answer.status_code, answer.get_json()["code"], answer.headers["WWW-Authenticate"]


PLAIN = 'Bearer realm="syncline"'
REFUSED = f'{PLAIN}, error="invalid_token"'


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic YWRhOnNlY3JldA==", "Bearer", "Bearer x"]
)
def test_without_a_credential_of_a_known_kind_it_is_401(
    app: Flask, authorization: str | None
) -> None:
    assert get(app, authorization) == (401, "unauthenticated", PLAIN)


@pytest.mark.parametrize("text", ["syn_sk_", "syn_sk_" + "a" * 38, key.make()])
def test_a_bad_key_is_named_as_bad(app: Flask, text: str) -> None:
    assert get(app, f"Bearer {text}") == (401, "invalid_token", REFUSED)


def test_a_key_in_the_address_is_not_looked_at(api: Api) -> None:
    answer = api.app.test_client().get(f"/v1/spaces?access_token={api.key}")

    assert answer.status_code in (401, 422)


def test_a_guarded_view_tells_what_it_demands() -> None:
    @requires("records.write")
    def view() -> None: ...

    policy = vars(view)["__policy__"]
    assert (policy.action, policy.scope) == ("records.write", ACTIONS["records.write"].scope)


def test_an_action_that_the_policy_does_not_know_is_a_mistake_at_the_start() -> None:
    with pytest.raises(KeyError):
        requires("records.invent")

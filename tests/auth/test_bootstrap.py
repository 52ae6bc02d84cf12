"""The first user: once, by whoever set the service up."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from service.audit.tables import audit_events
from service.auth import key
from service.auth.bootstrap import Bootstrap
from service.auth.errors import Bootstrapped, InvalidBootstrapToken
from service.auth.tables import users
from service.backbone import Backbone
from service.core.errors import ServiceError
from tests.api import Api
from tests.databases import BOOTSTRAP_TOKEN

ADA = {"email": "Ada@Example.org", "name": "Ada"}


def bootstrap(app: Flask, body: object, token: str = BOOTSTRAP_TOKEN) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().post("/v1/bootstrap", json=body, headers=headers)


def outcome(first: Bootstrap, email: str) -> str:
    try:
        return first.by_token(email, None).user.role
    except ServiceError as refused:
        return refused.code


def test_it_makes_an_admin_with_a_key_that_works(app: Flask) -> None:
    answer = bootstrap(app, ADA)

    made = answer.get_json()
    assert answer.status_code == 201
    assert (made["user"]["email"], made["user"]["role"]) == ("ada@example.org", "admin")
    assert key.check(made["api_key"]["key"])
    api = Api(app, made["api_key"]["key"], made["user"]["id"])
    assert api.get("/users").status_code == 200


def test_the_first_admin_owns_main_and_sees_every_realm(api: Api) -> None:
    main = api.get("/spaces/main").get_json()

    assert (main["role"], main["realms"]) == ("owner", ["*"])


def test_it_works_once_and_is_gone_for_ever(app: Flask) -> None:
    bootstrap(app, ADA)

    again = bootstrap(app, {"email": "eve@example.org"})

    assert (again.status_code, again.get_json()["code"]) == (410, "bootstrapped")


@pytest.mark.parametrize("token", ["wrong", "", BOOTSTRAP_TOKEN[:-1], "ü" * 40])
def test_a_wrong_token_is_401_whatever_else_is_wrong(app: Flask, token: str) -> None:
    refused = bootstrap(app, {"no": "such"}, token)
    bootstrap(app, ADA)
    refused_later = bootstrap(app, ADA, token)

    assert (refused.status_code, refused_later.status_code) == (401, 401)
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="syncline"')


def test_a_bad_email_address_is_refused_and_leaves_the_door_open(app: Flask) -> None:
    assert bootstrap(app, {"email": "nobody"}).status_code == 422
    assert bootstrap(app, ADA).status_code == 201


def test_without_a_token_in_the_settings_nobody_gets_in(backbone: Backbone) -> None:
    closed = Bootstrap(backbone.db, None, lambda *_: None, lambda *_: None)

    with pytest.raises(InvalidBootstrapToken):
        closed.check("")


def test_of_several_at_once_one_becomes_the_first(backbone: Backbone) -> None:
    emails = [f"a{n}@example.org" for n in range(8)]

    with ThreadPoolExecutor(len(emails)) as pool:
        outcomes = sorted(pool.map(lambda email: outcome(backbone.bootstrap, email), emails))

    with backbone.db.reading() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(users)).scalar()
    assert outcomes == ["admin", *["bootstrapped"] * 7]
    assert count == 1


def test_a_failure_half_way_leaves_nothing_behind(backbone: Backbone) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Bootstrap(backbone.db, None, lambda *_: None, fail).by_shell("ada@example.org", None)

    assert backbone.bootstrap.is_open()
    assert backbone.bootstrap.by_shell("ada@example.org", None).user.role == "admin"


def test_a_shell_needs_no_token_and_closes_the_door_too(backbone: Backbone) -> None:
    assert backbone.bootstrap.is_open()
    backbone.bootstrap.by_shell("ada@example.org", None)

    assert not backbone.bootstrap.is_open()
    with pytest.raises(Bootstrapped):
        backbone.bootstrap.check(BOOTSTRAP_TOKEN)


def test_the_audit_says_who_and_how(backbone: Backbone) -> None:
    made = backbone.bootstrap.by_shell("ada@example.org", None)

    query = sa.select(audit_events).where(audit_events.c.action == "bootstrap")
    with backbone.db.reading() as connection:
        event = connection.execute(query).one()
    assert (event.actor, event.credential) == (made.user.id, "shell")
    assert event.resource == f"users/{made.user.id}"

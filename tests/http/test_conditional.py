"""Tags: strong, about epoch and sequence number for writers, about bytes for readers."""

from pathlib import Path

import pytest
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from service.core.errors import PreconditionRequired
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT
from service.http.conditional import (
    ANY,
    etag,
    if_match,
    if_none_match,
    not_modified,
    precondition,
)
from tests.http.things import EPOCH, SEQ, THING, client_of

TAG = etag(EPOCH, SEQ)


def request(**headers: str) -> Request:
    named = [(name.replace("_", "-"), text) for name, text in headers.items()]
    return Request(EnvironBuilder(headers=named).get_environ())


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path)


def test_a_tag_names_epoch_seq_and_projection() -> None:
    assert etag("e1", 7) == '"e1.7"'
    assert etag("e1", 7, "a1b2") == '"e1.7.pa1b2"'


@pytest.mark.parametrize(
    ("field", "positions"),
    [
        ('"e1.7"', (("e1", 7),)),
        (' "e1.7" , "e1.8.gz","e2.9.pab-c_.gz"', (("e1", 7), ("e1", 8), ("e2", 9))),
        ('W/"e1.7"', ()),
        ('W/"e1.7", "e1.8"', (("e1", 8),)),
        ('"other"', ()),
        ('"e1.x"', ()),
        ('"e1.7', ()),
        ("e1.7", ()),
        ("", ()),
        ('"e1.7" "e1.8"', ()),
        ('"e1.99999999999999999999"', ()),
    ],
)
def test_if_match_is_about_positions(field: str, positions: tuple[tuple[str, int], ...]) -> None:
    assert if_match(request(If_Match=field)) == positions


def test_if_match_may_be_any_or_absent() -> None:
    assert if_match(request(If_Match=" * ")) == ANY
    assert if_match(request()) is None


def test_if_none_match_forgets_weakness_and_coding() -> None:
    assert if_none_match(request(If_None_Match='W/"e1.7", "e1.8.gz"')) == frozenset(
        {"e1.7", "e1.8"}
    )
    assert if_none_match(request(If_None_Match="*")) == ANY
    assert if_none_match(request()) is None


def test_a_write_says_what_it_is_based_on() -> None:
    assert precondition(request(If_Match="*")) == ANY_STATE
    assert precondition(request(If_None_Match="*")) == MUST_BE_ABSENT
    assert precondition(request(If_Match='"e1.7"')).positions == frozenset({("e1", 7)})


def test_a_write_that_wants_both_is_never_let_through() -> None:
    both = precondition(request(If_Match="*", If_None_Match="*"))
    assert not both.holds(None)
    assert not both.holds((EPOCH, SEQ))


def test_a_weak_tag_lets_no_write_through() -> None:
    assert not precondition(request(If_Match='W/"e1.7"')).holds(("e1", 7))


@pytest.mark.parametrize("headers", [{}, {"If_None_Match": '"e1.7"'}])
def test_a_write_that_does_not_say_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(PreconditionRequired):
        precondition(request(**headers))


@pytest.mark.parametrize("known", [TAG, f"W/{TAG}", f'"x", {TAG}', "*", f'{TAG[:-1]}.gz"'])
def test_who_has_it_gets_304(client: FlaskClient, known: str) -> None:
    answer = client.get("/v1/things/a", headers={"If-None-Match": known})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == TAG
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("known", ['"old.1"', '"7k2m9x4c1a.421"', "7k2m9x4c1a.42", ""])
def test_who_has_another_gets_it(client: FlaskClient, known: str) -> None:
    answer = client.get("/v1/things/a", headers={"If-None-Match": known})
    assert (answer.status_code, answer.get_json()) == (200, THING)
    assert answer.headers["ETag"] == TAG


def test_a_projection_is_another_thing_to_read() -> None:
    asked = request(If_None_Match=etag("e1", 7))
    assert not_modified(asked, etag("e1", 7, "ab")) is None

from dataclasses import dataclass, field

import pytest

from service.auth.errors import InvalidToken
from service.auth.principal import Principal
from service.auth.scheme import Request, Schemes, bearer
from service.core.errors import Unauthenticated
from tests.auth.callers import caller


@dataclass
class Sent:
    """A request with these header fields."""

    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Says:
    """A scheme with one answer."""

    answer: Principal | None

    def authenticate(self, _request: Request) -> Principal | None:
        return self.answer


class Refuses:
    """A scheme that knows the credential, and that it is bad."""

    def authenticate(self, _request: Request) -> Principal | None:
        raise InvalidToken


def test_the_first_scheme_that_knows_the_credential_decides() -> None:
    first, second = caller(user_id="usr_1"), caller(user_id="usr_2")

    assert Schemes([Says(None), Says(first), Says(second)]).authenticate(Sent()) is first


def test_a_refused_credential_is_not_tried_as_another_kind() -> None:
    with pytest.raises(InvalidToken):
        Schemes([Refuses(), Says(caller())]).authenticate(Sent())


def test_a_request_that_no_scheme_knows_is_unauthenticated() -> None:
    with pytest.raises(Unauthenticated):
        Schemes([Says(None)]).authenticate(Sent())


@pytest.mark.parametrize(
    ("value", "credential"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", ""),
        ("abc", ""),
        ("", ""),
    ],
)
def test_the_bearer_credential_is_read(value: str, credential: str) -> None:
    assert bearer(Sent({"Authorization": value})) == credential

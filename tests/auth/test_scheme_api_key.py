"""What an API key opens, and how soon it no longer does."""

import pytest

from service.auth import key, scheme_api_key
from service.auth.errors import InvalidToken
from service.auth.keys import Keys, NewKey
from service.auth.last_used import LastUsed
from service.auth.principal import Principal
from service.auth.scheme_api_key import ApiKeyScheme
from service.backbone import Backbone
from service.core import clock
from tests.auth.test_scheme import Sent


def with_key(text: str) -> Sent:
    return Sent({"Authorization": f"Bearer {text}"})


@pytest.fixture
def owner(backbone: Backbone) -> Principal:
    made = backbone.bootstrap.by_shell("ada@example.org", None)
    return Principal(made.user.id, made.api_key.id, frozenset({"admin"}), "admin")


@pytest.fixture
def scheme(backbone: Backbone) -> ApiKeyScheme:
    """A scheme that nobody tells of changes."""
    return ApiKeyScheme(backbone.db, LastUsed(backbone.db))


@pytest.fixture
def keys(backbone: Backbone) -> Keys:
    return backbone.keys


def test_a_key_stands_for_its_user_with_its_scopes(
    scheme: ApiKeyScheme, keys: Keys, owner: Principal
) -> None:
    made, text = keys.create(owner, NewKey("till", ("records:read", "changes:read")))

    assert scheme.authenticate(with_key(text)) == Principal(
        owner.user_id, made.id, frozenset({"records:read", "changes:read"}), "admin"
    )


def test_another_kind_of_credential_is_left_to_others(scheme: ApiKeyScheme) -> None:
    assert scheme.authenticate(with_key("eyJhbGciOi")) is None
    assert scheme.authenticate(Sent()) is None


def test_an_unknown_key_is_refused(scheme: ApiKeyScheme) -> None:
    with pytest.raises(InvalidToken, match="no such"):
        scheme.authenticate(with_key(key.make()))


def test_garbage_is_refused_without_asking_the_database() -> None:
    unasked: object = object()
    scheme = ApiKeyScheme(unasked, LastUsed(unasked))  # type: ignore[arg-type]

    with pytest.raises(InvalidToken, match="checksum"):
        scheme.authenticate(with_key("syn_sk_" + "0" * 38))


def test_an_expired_key_is_refused_even_while_it_is_remembered(
    scheme: ApiKeyScheme, keys: Keys, owner: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = clock.now_ms() + 60_000
    _, text = keys.create(owner, NewKey("short", ("records:read",), expires_at_ms=soon))
    scheme.authenticate(with_key(text))

    monkeypatch.setattr(clock, "now_ms", lambda: soon)

    with pytest.raises(InvalidToken, match="expired"):
        scheme.authenticate(with_key(text))


def test_a_revocation_takes_effect_at_once_where_it_is_heard_of(
    backbone: Backbone, keys: Keys, owner: Principal
) -> None:
    made, text = keys.create(owner, NewKey("till", ("records:read",)))
    backbone.schemes.authenticate(with_key(text))

    keys.revoke(owner, made.id)

    with pytest.raises(InvalidToken, match="revoked"):
        backbone.schemes.authenticate(with_key(text))


def test_a_revocation_nobody_told_of_takes_effect_after_a_second(
    scheme: ApiKeyScheme, keys: Keys, owner: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, text = keys.create(owner, NewKey("till", ("records:read",)))
    scheme.authenticate(with_key(text))
    keys.revoke(owner, made.id)
    assert scheme.authenticate(with_key(text)) is not None

    monkeypatch.setattr(scheme_api_key, "REMEMBERED_SECONDS", 0.0)

    with pytest.raises(InvalidToken, match="revoked"):
        scheme.authenticate(with_key(text))


def test_a_deleted_users_key_is_refused(
    backbone: Backbone, scheme: ApiKeyScheme, owner: Principal
) -> None:
    bob = backbone.users.create(owner, "bob@example.org", None, "member")
    _, text = backbone.keys.create(owner, NewKey("bob's", ("records:read",), bob.id))

    backbone.users.delete(owner, bob.id)

    with pytest.raises(InvalidToken):
        scheme.authenticate(with_key(text))

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.keyring import Keyring
from service.core.signed import TOKEN_CHARACTERS_MAX, BadToken, Sealer, Signer

OLD, NEW = "the secret of last year, long enough", "the secret of this year, long enough"
KINDS = [Signer, Sealer]

Kind = Callable[[Keyring, str], Signer | Sealer]

every_kind = pytest.mark.parametrize("kind", KINDS)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def tokens(
    kind: Kind, use: str = "cursor", current: str = NEW, previous: str | None = None
) -> Signer | Sealer:
    return kind(Keyring(current, previous), use)


@every_kind
@given(value=plain)
def test_a_value_comes_back_as_it_was(kind: Kind, value: object) -> None:
    assert tokens(kind).loads(tokens(kind).dumps(value)) == value


@every_kind
@given(value=plain)
def test_a_token_fits_into_a_url(kind: Kind, value: object) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", tokens(kind).dumps(value))


@every_kind
@given(value=plain, place=st.integers(0, 10_000), by=st.integers(1, 63))
def test_a_token_that_was_altered_is_not_believed(
    kind: Kind, value: object, place: int, by: int
) -> None:
    token = tokens(kind).dumps(value)
    at = place % (len(token) - 1)  # the last character may hold bits that mean nothing
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[(alphabet.index(token[at]) + by) % 64]
    with pytest.raises(BadToken):
        tokens(kind).loads(token[:at] + other + token[at + 1 :])


@every_kind
@given(text=st.text())
def test_no_other_text_is_believed(kind: Kind, text: str) -> None:
    with pytest.raises(BadToken):
        tokens(kind).loads(text)


@every_kind
@pytest.mark.parametrize(
    "text", ["", "=", "====", "A", "AAAA+AAA", "AAAA/AAA", "AAAA=", "ä", "A" * 22, "A" * 2001]
)
def test_what_is_no_token_at_all_is_not_believed(kind: Kind, text: str) -> None:
    with pytest.raises(BadToken):
        tokens(kind).loads(text)


@every_kind
def test_a_token_for_one_use_is_not_believed_for_another(kind: Kind) -> None:
    with pytest.raises(BadToken):
        tokens(kind, "ticket").loads(tokens(kind, "cursor").dumps(1))


@every_kind
def test_tokens_of_the_key_before_are_believed_while_it_is_set(kind: Kind) -> None:
    token = tokens(kind, current=OLD).dumps([1, "b"])
    assert tokens(kind, current=NEW, previous=OLD).loads(token) == [1, "b"]
    with pytest.raises(BadToken):
        tokens(kind, current=NEW).loads(token)


@every_kind
def test_the_same_value_makes_the_same_token(kind: Kind) -> None:
    assert tokens(kind).dumps(["a", 1]) == tokens(kind).dumps(["a", 1])


@every_kind
def test_a_token_is_never_longer_than_a_url_takes(kind: Kind) -> None:
    assert len(tokens(kind).dumps("x" * 1400)) <= TOKEN_CHARACTERS_MAX
    with pytest.raises(ValueError, match="too long"):
        tokens(kind).dumps("x" * 1500)


def test_a_sealed_token_shows_nothing_of_its_value() -> None:
    value = "a salary of somebody else"
    assert value.encode() in open_box(tokens(Signer).dumps(value))
    assert value.encode() not in open_box(tokens(Sealer).dumps(value))


def open_box(token: str) -> bytes:
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))

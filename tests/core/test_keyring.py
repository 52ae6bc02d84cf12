import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.keyring import Keyring

OLD, NEW = "the secret of last year, long enough", "the secret of this year, long enough"
signatures = st.binary(min_size=0, max_size=40)


def test_each_use_has_a_key_of_its_own() -> None:
    keyring = Keyring(NEW)
    assert keyring.derive("cursor") != keyring.derive("ticket")


def test_a_key_depends_on_the_secret_and_the_use_alone() -> None:
    assert Keyring(NEW, OLD).derive("cursor") == Keyring(NEW).derive("cursor")


def test_keys_never_change_from_one_release_to_the_next() -> None:
    keyring = Keyring(NEW)
    assert keyring.derive("cursor").hex() == KNOWN_KEY
    assert keyring.sign("cursor", b"payload").hex() == KNOWN_SIGNATURE


def test_the_current_key_comes_first() -> None:
    both = Keyring(NEW, OLD).keys("cursor")
    assert both == (Keyring(NEW).derive("cursor"), Keyring(OLD).derive("cursor"))


def test_what_was_signed_is_believed() -> None:
    keyring = Keyring(NEW)
    assert keyring.verify("cursor", b"payload", keyring.sign("cursor", b"payload"))


def test_what_the_key_before_signed_is_believed_while_it_is_set() -> None:
    signature = Keyring(OLD).sign("cursor", b"payload")
    assert Keyring(NEW, OLD).verify("cursor", b"payload", signature)
    assert not Keyring(NEW).verify("cursor", b"payload", signature)


def test_what_was_signed_for_one_use_is_not_believed_for_another() -> None:
    keyring = Keyring(NEW, OLD)
    assert not keyring.verify("ticket", b"payload", keyring.sign("cursor", b"payload"))


@given(signature=signatures)
def test_no_other_signature_is_believed(signature: bytes) -> None:
    assert not Keyring(NEW, OLD).verify("cursor", b"payload", signature)


@pytest.mark.parametrize("previous", [None, ""])
def test_there_need_not_be_a_key_before(previous: str | None) -> None:
    assert len(Keyring(NEW, previous).keys("cursor")) == 1


KNOWN_KEY = "0fb0e98c67b1a0ac8dcbafa0ccdf02b01035af1af820bb9969714d38024696d8"
KNOWN_SIGNATURE = "2061f0ee9158792e7dffa224481098e1"

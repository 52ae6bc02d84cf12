import re
from collections.abc import Callable
from hashlib import sha256

import pytest

from service.auth import key


def test_a_new_key_has_the_published_form() -> None:
    assert re.fullmatch(key.PATTERN, key.make())


def test_a_new_key_passes_its_own_check() -> None:
    assert key.check(key.make())


def test_no_two_keys_are_alike() -> None:
    assert key.make() != key.make()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "a",
        lambda text: text.upper(),
        lambda text: text.replace("syn_sk_", "syn_pk_"),
        lambda text: text[:10] + ("a" if text[10] != "a" else "b") + text[11:],
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda _: "",
    ],
    ids=["cut", "longer", "upper", "kind", "typo", "checksum", "space", "newline", "empty"],
)
def test_a_spoilt_key_does_not_pass(spoil: Callable[[str], str]) -> None:
    assert not key.check(spoil(key.make()))


def test_a_secret_scanner_finds_a_key_inside_of_text() -> None:
    text = key.make()

    assert re.findall(key.PATTERN, f'token="{text}", other') == [text]


def test_a_key_is_stored_as_its_sha_256() -> None:
    assert key.digest("abc") == sha256(b"abc").hexdigest()

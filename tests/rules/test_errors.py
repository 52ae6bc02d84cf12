"""Errors are part of the contract: a code is for ever, and each says what to do about it."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import service.app
from service.core.errors import ServiceError, catalogue
from service.http.errors import status_of

SERVICE = Path(service.app.__file__).parent
ERRORS = [error for error in catalogue() if error.__module__.startswith("service.")]
BY_NAME = {error.__name__: error for error in ERRORS}
OWN_MEMBERS = {"detail", "errors", "retry_after_seconds"}


def raised() -> Iterator[tuple[str, set[str]]]:
    """The name of each error that is made somewhere, and the members it is given there."""
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, {word.arg for word in node.keywords if word.arg}


def test_a_code_is_of_one_error() -> None:
    assert [code for code, n in Counter(error.code for error in ERRORS).items() if n > 1] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
class TestEveryError:
    def test_has_a_code_that_can_stand_in_an_address(self, error: type[ServiceError]) -> None:
        assert re.fullmatch("[a-z][a-z0-9_]{2,39}", error.code)

    def test_has_a_title_and_a_status(self, error: type[ServiceError]) -> None:
        assert re.fullmatch(r"[A-Z].*[^.]", error.title)
        assert 400 <= status_of(error) <= 599

    def test_says_what_happened_and_what_to_do(self, error: type[ServiceError]) -> None:
        assert re.search(r"[.:]\s", (error.__doc__ or "").strip())

    def test_can_be_made_of_its_example(self, error: type[ServiceError]) -> None:
        assert error(**getattr(error, "example", {})).detail == error.summary()


def test_what_an_error_carries_stands_in_its_example() -> None:
    shown = {name: set(getattr(error, "example", {})) for name, error in BY_NAME.items()}
    unsaid = {
        f"{name}({member}=…)"
        for name, members in raised()
        if name in BY_NAME
        for member in members - OWN_MEMBERS - shown[name]
    }
    assert unsaid == set()


def test_what_an_error_is_documented_to_carry_stands_in_its_example() -> None:
    """A name in double backticks that is said to tell something is a member of the problem."""
    promise = re.compile(r"``(\w+)`` (?:says|names|lists|tells|is what)")
    silent = {
        f"{error.code}: {member}"
        for error in ERRORS
        for member in promise.findall(error.__doc__ or "")
        if member not in {*getattr(error, "example", {}), "detail"}
    }
    assert silent == set()

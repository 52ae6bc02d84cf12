"""The shape that keeps the code readable: small functions, small modules, a small core."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path for room in ("service", "workers", "scripts") for path in (ROOT / room).rglob("*.py")
)
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
FUNCTION_LINES_MEDIAN_MAX = 8
FUNCTION_LINES_P90_MAX = 25
CORE_FAMILIES_MAX = 24

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    """Its length without the docstring, which should be as long as it has to be."""
    assert function.end_lineno
    length = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None and first.end_lineno:
        length -= first.end_lineno - first.lineno + 1
    return length


LENGTHS = {
    f"{path.relative_to(ROOT)}:{function.name}": lines_of(function)
    for path in MODULES
    for function in functions(path)
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LINES_MAX


def test_no_function_is_longer_than_a_screen() -> None:
    assert {name: n for name, n in LENGTHS.items() if n > FUNCTION_LINES_MAX} == {}


def test_most_functions_are_short() -> None:
    assert median(LENGTHS.values()) <= FUNCTION_LINES_MEDIAN_MAX
    assert quantiles(LENGTHS.values(), n=10)[-1] <= FUNCTION_LINES_P90_MAX


def test_imports_stand_at_the_top() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_core_stays_small() -> None:
    """A family (``settings.py settings_text.py …``) counts once."""
    families = {path.stem.split("_")[0] for path in (ROOT / "service" / "core").glob("*.py")}
    assert len(families - {""}) <= CORE_FAMILIES_MAX

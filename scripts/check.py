"""``dev.py test``: every check there is, in one order, the same here and in continuous integration.

``--long`` runs the proofs in full instead of with small budgets. What follows ``--`` goes to
pytest, and then only the tests run. All steps run even when one fails; the last line counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from scripts import servers
from scripts.processes import ROOT, stop
from scripts.servers_process import NoServer

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """A check: its name, and the command that fails when the check does."""

    name: str
    command: Sequence[str]


CHECKS = (
    Step("style", ["ruff", "check", "--output-format=concise"]),
    Step("format", ["ruff", "format", "--check", "--output-format=concise"]),
    Step("types", ["mypy"]),
    Step("rooms", ["lint-imports", "--no-cache"]),
    Step("spelling", ["codespell"]),
)
TESTS = Step("tests", ["pytest", "--cov", "--cov-report=term"])


@dataclass(frozen=True, slots=True)
class Result:
    """How a step went, and how many tests in it passed and did not."""

    step: Step
    failed: bool
    seconds: float
    tests_passed: int = 0
    tests_failed: int = 0


def main(arguments: list[str]) -> int:
    """Run the checks; returns 1 if any failed."""
    options = parsed(arguments)
    os.chdir(ROOT)
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    if options.long:
        os.environ["SYNCLINE_PROOFS"] = "long"
    checks = [] if options.pytest else [checked(step) for step in CHECKS]
    results = [*checks, tested(options.pytest)]
    print(summary(results), flush=True)
    return int(any(result.failed for result in results))


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="dev.py test", description="Run every check.")
    parser.add_argument("--long", action="store_true", help="run the proofs in full")
    parser.add_argument(
        "pytest", nargs="*", help="after --: arguments for pytest, which runs alone"
    )
    return parser.parse_args(arguments)


def checked(step: Step) -> Result:
    """Run a check; what it says is shown when it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        step.command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    result = Result(step, done.returncode != 0, time.monotonic() - begun)
    print(f"{step.name:10} {verdict(result)}", flush=True)
    if result.failed:
        print(done.stdout, flush=True)
    return result


def tested(selection: Sequence[str]) -> Result:
    """Run the tests against real servers; a selection of them is not asked for its coverage."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "junit.xml"
        partial = ["--no-cov", *selection] if selection else []
        try:
            with servers.postgres() as database_url, servers.redis() as redis_url:
                urls = {"TEST_DATABASE_URL": database_url, "TEST_REDIS_URL": redis_url}
                done = subprocess.run(
                    [*TESTS.command, f"--junit-xml={report}", *partial],
                    check=False,
                    env=os.environ | urls,
                )
        except NoServer as problem:
            stop(str(problem))
        passed, failed = counted(report)
    return Result(TESTS, done.returncode != 0, time.monotonic() - begun, passed, failed)


def counted(report: Path) -> tuple[int, int]:
    """How many tests passed and how many did not, as pytest's report has it."""
    if not report.exists():
        return 0, 0
    suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - our own file
    numbers = suite.attrib if suite is not None else {}
    failed = sum(int(numbers.get(kind, 0)) for kind in ("failures", "errors"))
    return int(numbers.get("tests", 0)) - failed - int(numbers.get("skipped", 0)), failed


def summary(results: Sequence[Result]) -> str:
    """A line a step, and the count."""
    lines = [f"{result.step.name:10} {verdict(result)}" for result in results]
    broken = [result.step.name for result in results if result.failed]
    passed, failed = (
        sum(result.tests_passed for result in results),
        sum(result.tests_failed for result in results),
    )
    steps = f"{len(results) - len(broken)} of {len(results)} steps"
    seconds = sum(result.seconds for result in results)
    ending = f", failed: {', '.join(broken)}" if broken else ""
    count = f"{passed} passed, {failed} failed, {steps} in {seconds:.0f} s{ending}"
    return "\n".join(["", *lines, "", count])


def verdict(result: Result) -> str:
    """How a step went, in two words."""
    return f"{'FAILED' if result.failed else 'ok':6} {result.seconds:6.1f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

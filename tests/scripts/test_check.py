"""The closing lines of a run of all checks."""

from pathlib import Path

from scripts.check import CHECKS, TESTS, Result, Step, counted, parsed, summary

REPORT = """<?xml version="1.0"?><testsuites>
<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="20"></testsuite>
</testsuites>"""


def test_pytests_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(REPORT)
    assert counted(report) == (14, 3)


def test_a_run_that_left_no_report_passed_nothing(tmp_path: Path) -> None:
    assert counted(tmp_path / "missing.xml") == (0, 0)


def test_the_last_line_counts() -> None:
    results = [Result(CHECKS[0], False, 1.2), Result(TESTS, False, 30.0, 812, 0)]
    assert summary(results).splitlines()[-1] == "812 passed, 0 failed, 2 of 2 steps in 31 s"


def test_the_last_line_names_what_failed() -> None:
    results = [Result(Step("types", []), True, 1.0), Result(TESTS, True, 30.0, 810, 2)]
    last = summary(results).splitlines()[-1]
    assert last == "810 passed, 2 failed, 0 of 2 steps in 31 s, failed: types, tests"


def test_what_follows_two_hyphens_goes_to_pytest() -> None:
    assert parsed(["--", "-k", "merge"]).pytest == ["-k", "merge"]
    assert parsed(["--long"]).long

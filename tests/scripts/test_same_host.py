"""Web and worker on one machine, or not."""

from pathlib import Path
from threading import Timer

import pytest

from scripts import same_host


def test_a_machine_knows_its_own_mark(tmp_path: Path) -> None:
    same_host.mark(tmp_path)
    assert same_host.is_here(tmp_path)


def test_a_directory_without_a_mark_is_not_here(tmp_path: Path) -> None:
    assert not same_host.is_here(tmp_path)


def test_the_mark_of_another_machine_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_host.mark(tmp_path)
    monkeypatch.setattr(same_host, "this_host", lambda: "another")
    assert not same_host.is_here(tmp_path)


def test_a_worker_waits_for_a_web_process_that_starts_with_it(tmp_path: Path) -> None:
    Timer(0.3, same_host.mark, [tmp_path]).start()
    assert same_host.appears_here(tmp_path, 5)


def test_but_not_for_ever(tmp_path: Path) -> None:
    assert not same_host.appears_here(tmp_path, 0.3)

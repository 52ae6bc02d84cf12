"""The developer's command, as far as it goes before there is an environment."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import dev


def test_it_says_how_to_use_it() -> None:
    done = subprocess.run(
        [sys.executable, dev.__file__], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "up     start the service on this machine" in done.stderr


def test_a_python_that_is_too_old_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(dev.Stop, match=r"This is Python 3\.9; Syncline needs 3\.11"):
        dev.require_python()


def test_an_older_python_goes_on_in_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr("shutil.which", lambda name: name if name == "python3.12" else None)
    monkeypatch.setattr("os.execv", lambda program, _arguments: started.append(program))
    with pytest.raises(dev.Stop):
        dev.require_python()
    assert started == ["python3.12"]


def test_without_any_installer_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(dev.Stop, match="install python3-pip, python3-venv or uv"):
        dev.pip()


class TestInstall:
    @pytest.fixture
    def runs(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
        """The requirements that were installed, by name and way; uv fails for ``needs-pip.txt``."""
        done: list[str] = []

        def fast(requirements: Path) -> None:
            if requirements.name == "needs-pip.txt":
                raise OSError("no uv here")
            done.append(f"uv {requirements.name}")

        monkeypatch.setattr(dev, "VENV", tmp_path)
        monkeypatch.setattr(dev, "install_fast", fast)
        monkeypatch.setattr(dev, "install_plainly", lambda path: done.append(f"pip {path.name}"))
        return done

    def test_happens_once(self, runs: list[str], tmp_path: Path) -> None:
        pins = tmp_path / "pins.txt"
        pins.write_text("flask==1")
        dev.install(pins)
        dev.install(pins)
        assert runs == ["uv pins.txt"]

    def test_happens_again_when_a_pin_changes(self, runs: list[str], tmp_path: Path) -> None:
        pins = tmp_path / "pins.txt"
        pins.write_text("flask==1")
        dev.install(pins)
        pins.write_text("flask==2")
        dev.install(pins)
        assert runs == ["uv pins.txt", "uv pins.txt"]

    def test_falls_back_to_pip(self, runs: list[str], tmp_path: Path) -> None:
        pins = tmp_path / "needs-pip.txt"
        pins.write_text("flask==1")
        dev.install(pins)
        assert runs == ["pip needs-pip.txt"]

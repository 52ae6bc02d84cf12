"""Who runs with whom, and the whole service as a platform starts and stops it."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from scripts import processes, same_host, web, worker
from scripts.servers_process import wait_until
from scripts.servers_redis import free_port
from service.core.settings import Settings, load_settings

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"DATA_DIR": str(tmp_path), "WORKER_CONCURRENCY": "3"})


class TestComposition:
    def test_one_machine_has_web_worker_and_dispatcher(self, settings: Settings) -> None:
        assert list(processes.everything(settings)) == ["web", "worker", "dispatcher"]

    def test_a_worker_is_celery_and_the_dispatcher(self, settings: Settings) -> None:
        commands = processes.worker(settings)
        assert list(commands) == ["worker", "dispatcher"]
        assert commands["worker"][-5:-3] == ["-c", "3"]

    def test_on_postgres_web_becomes_gunicorn(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        class Became(Exception):
            pass

        def become(_program: str, command: list[str]) -> None:
            raise Became(*command[1:])

        monkeypatch.setenv("DATABASE_URL", "postgres://host/name")
        monkeypatch.setenv("SECRET_KEY", SECRET)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        monkeypatch.setattr("os.execv", become)
        with pytest.raises(Became) as became:
            web.main()
        assert became.value.args == ("-m", "gunicorn", "wsgi:app")


class TestWorkerOnSqlite:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setattr(worker, "WAIT_SECONDS_MAX", 0.1)
        monkeypatch.setattr(worker, "supervise", lambda _commands, _grace: 0)

    def test_is_refused_without_a_web_process_on_the_machine(self) -> None:
        with pytest.raises(SystemExit, match="No web process of this machine"):
            worker.main()

    def test_runs_beside_a_web_process(self, tmp_path: Path) -> None:
        same_host.mark(tmp_path)
        assert worker.main() == 0


@contextmanager
def service(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    environ = os.environ | {
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PORT": str(port),
        "BIND_ADDRESS": "127.0.0.1",
    }
    with subprocess.Popen([sys.executable, "-m", "scripts.web"], env=environ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(f"{url}/readyz"), 60, "the service does not start")
            yield process, url
        finally:
            process.kill()


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


def family_of(pid: int) -> set[int]:
    """``pid`` and everything that it started, as long as it runs."""
    parents = {child: parent for child, parent in map(lineage, running_pids()) if parent}
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def running_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def lineage(pid: int) -> tuple[int, int]:
    """A process and its parent; 0 for one that has ended."""
    with suppress(OSError):
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
        return pid, 0 if state == "Z" else int(parent)
    return pid, 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_whole_service_ends_with_its_supervisor(tmp_path: Path, number: int) -> None:
    with service(tmp_path) as (process, url):
        family = family_of(process.pid)
        assert len(family) >= 5  # supervisor, gunicorn and its worker, Celery, dispatcher
        process.send_signal(number)
        code = process.wait(30)
        wait_until(lambda: not family & set(running_pids()), 5, "somebody stays behind")
    assert code == (0 if number != signal.SIGKILL else -number)
    assert not answers(url)

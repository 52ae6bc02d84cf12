"""kill -9 for every process in the middle of writes: what was acknowledged is there, and once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.servers_process import wait_until
from tests.proofs.budget import budget
from tests.proofs.site import Caller, Site, put

ROUNDS = budget(2, 12)
WRITERS = 6
BATCH = 10
ACKNOWLEDGED_MIN = 150
SECONDS_MAX = 60


@dataclass
class Writer:
    """Pushes batches of new records until nobody answers any more; odd ones write one by one."""

    name: str
    caller: Caller
    space: str
    acknowledged: dict[str, int] = field(default_factory=dict)
    unanswered: list[Any] = field(default_factory=list)

    def write(self) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                self._write_once()
            except httpx.TransportError:
                return
        raise AssertionError("it was never killed")

    def _write_once(self) -> None:
        size = BATCH if self.name.endswith(("0", "2", "4")) else 1
        number = len(self.acknowledged)
        self.unanswered = [put(f"{self.name}-{number + n}", {"n": n}) for n in range(size)]
        results = self.caller.push(self.space, self.name, self.unanswered)
        for mutation, result in zip(self.unanswered, results, strict=True):
            assert result["status"] == "applied"
            self.acknowledged[mutation["id"]] = result["seq"]

    def send_again(self, caller: Caller) -> list[str]:
        """What it was not told about, after the restart."""
        results = caller.push(self.space, self.name, self.unanswered)
        statuses = [result.get("original", result)["status"] for result in results]
        self.acknowledged |= {
            mutation["id"]: result.get("original", result)["seq"]
            for mutation, result in zip(self.unanswered, results, strict=True)
        }
        return statuses


def killed_in_the_middle(site: Site, writers: list[Writer]) -> None:
    """All of them write until the processes are killed; then the processes are there again."""
    with ThreadPoolExecutor(len(writers)) as pool:
        writing = [pool.submit(writer.write) for writer in writers]
        try:
            wait_until(enough(writers), SECONDS_MAX, "too little was acknowledged")
        finally:
            site.kill()
        for each in writing:
            each.result()
    for writer in writers:
        writer.caller.client.close()
    site.start()


def enough(writers: list[Writer]) -> Callable[[], bool]:
    return lambda: sum(len(writer.acknowledged) for writer in writers) >= ACKNOWLEDGED_MIN


def pulled(caller: Caller, space: str, cursor: str) -> tuple[str, list[Any]]:
    """The cursor at the end, and the records that came on the way there."""
    page: Any = {"more": True, "cursor": cursor}
    records = []
    while page["more"]:
        page = caller.pull(space, page["cursor"], limit=100)
        records += [change["record"] for change in page["changes"]]
    return page["cursor"], records


def test_what_was_acknowledged_outlives_a_kill(site: Site, space: str) -> None:
    with site.caller(0) as caller:
        first = caller.pull(space)
    cursor, epoch, came = first["cursor"], first["epoch"], []
    expected: dict[str, int] = {}
    for number in range(ROUNDS):
        writers = [Writer(f"{number}-{n}", site.caller(n), space) for n in range(WRITERS)]
        killed_in_the_middle(site, writers)
        with site.caller(number) as caller:
            cursor, before = pulled(caller, space, cursor)
            again = {status for writer in writers for status in writer.send_again(caller)}
            cursor, after = pulled(caller, space, cursor)
            assert caller.pull(space, cursor)["epoch"] == epoch
        assert again == {"applied"}
        expected |= {id_: seq for writer in writers for id_, seq in writer.acknowledged.items()}
        came += [*before, *after]
        assert {record["id"]: record["seq"] for record in came} == expected
    assert [record["seq"] for record in came] == list(range(3, len(came) + 3))
    assert [row.seq for row in site.log(space)] == list(range(1, len(came) + 3))

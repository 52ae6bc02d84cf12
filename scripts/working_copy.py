"""A small client that keeps a working copy in step: what the guide says, in a page of code.

Only the standard library. It holds one space in memory; a real client keeps copy, cursor and
unsent edits in one local database and writes them together.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

Key = tuple[str, str]
TIMEOUT_SECONDS: Final = 60


class Refused(Exception):
    """The service said no; ``problem`` is its answer (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True)
class Service:
    """Requests with one API key."""

    address: str
    key: str

    def send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[dict[str, str], Any]:
        """The answer's header fields and its JSON. Raises Refused."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(  # noqa: S310 - the caller's own service
            f"{self.address}{path}",
            data=content,
            method=method,
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the caller's own service
                text = answer.read()
                return dict(answer.headers), json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None


@dataclass
class WorkingCopy:
    """One client's copy of a space, and its edits that are not sent yet."""

    service: Service
    space: str
    client_id: str
    records: dict[Key, dict[str, Any]] = field(default_factory=dict)
    unsent: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    epoch: str | None = None
    edits: int = 0

    def pull(self) -> int:
        """Catch up with the service; how many changes that were."""
        count, more = 0, True
        while more:
            query = f"?{urlencode({'cursor': self.cursor})}" if self.cursor else ""
            _, page = self.service.send("GET", f"/v1/spaces/{self.space}/changes{query}")
            for change in page["changes"]:
                self._apply(change)
            self.cursor, self.epoch, more = page["cursor"], page["epoch"], page["more"]
            count += len(page["changes"])
        return count

    def edit(self, collection: str, id_: str, patch: dict[str, Any], on_conflict: str) -> None:
        """Change a record here and now; the service hears of it at the next push."""
        record = self.records[collection, id_]
        record["data"] = record["data"] | patch
        self.edits += 1
        self.unsent.append(
            {
                "mutation_id": f"{self.client_id}-{self.edits}",
                "op": "patch",
                "collection": collection,
                "id": id_,
                "base_version": record["version"],
                "patch": patch,
                "on_conflict": on_conflict,
            }
        )

    def push(self) -> list[dict[str, Any]]:
        """Send the edits; what came of each. Every answer is final, so none is sent twice."""
        body = {"client_id": self.client_id, "epoch": self.epoch, "mutations": self.unsent}
        _, answer = self.service.send("POST", f"/v1/spaces/{self.space}/changes", body)
        self.unsent = []
        results: list[dict[str, Any]] = answer["results"]
        return results

    def _apply(self, change: dict[str, Any]) -> None:
        if change["op"] == "put":
            record = change["record"]
            self.records[record["collection"], record["id"]] = record
        elif change["op"] == "leave_realm":
            gone = change["realm"]
            kept = {k: r for k, r in self.records.items() if gone not in ("*", r["realm"])}
            self.records = kept
        else:
            self.records.pop((change["collection"], change["id"]), None)

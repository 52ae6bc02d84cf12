"""Schemathesis, as a program beside us: it reads the document and tries to prove it wrong."""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.contract.live import Live
from tests.proofs.budget import budget

SEED = 20_261_122
EXAMPLES_MAX = budget(8, 200)
SECONDS_MAX = budget(240, 2400)


@dataclass(frozen=True)
class Campaign:
    """What is tried. ``config`` is the text of schemathesis.toml."""

    config: str
    options: Sequence[str] = ()
    examples_max: int = EXAMPLES_MAX


@dataclass
class Outcome:
    """What came of it: the program's words, and the requests that it made."""

    exit_code: int
    text: str
    requests: int = 0
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    identities: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> str:
        """The part of its words that matters to whoever has to mend something."""
        return re.split("=+ (?:ERRORS|FAILURES) =+", self.text, maxsplit=1)[-1]


def run(live: Live, directory: Path, campaign: Campaign) -> Outcome:
    """Let it try."""
    config, report = directory / "schemathesis.toml", directory / "report.ndjson"
    config.write_text(campaign.config)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--no-color", f"--config-file={config}"),
            *("run", f"{live.url}/v1/openapi.json"),
            *(f"--seed={SEED}", f"--max-examples={campaign.examples_max}"),
            *("--continue-on-failure", "--report=ndjson"),
            *(f"--report-ndjson-path={report}", *campaign.options),
        ],
        cwd=directory,
        capture_output=True,
        check=False,
        text=True,
        timeout=SECONDS_MAX,
    )
    outcome = Outcome(done.returncode, done.stdout + done.stderr)
    for recorder in _recorders(report):
        _count(outcome, recorder)
    return outcome


def _recorders(report: Path) -> Iterator[dict[str, Any]]:
    for line in report.read_bytes().splitlines():
        finished = orjson.loads(line).get("ScenarioFinished")
        if finished:
            yield finished["recorder"]


def _count(outcome: Outcome, recorder: dict[str, Any]) -> None:
    cases = {name: case["value"] for name, case in recorder.get("cases", {}).items()}
    for name, interaction in recorder.get("interactions", {}).items():
        case, response = cases[name], interaction.get("response")
        outcome.requests += 1
        outcome.identities[case.get("auth_identity") or "nobody"] += 1
        if response:
            outcome.statuses[f"{case['method']} {case['path']}"].add(response["status_code"])
    for checks in recorder.get("checks", {}).values():
        outcome.checks.update(check["name"] for check in checks)

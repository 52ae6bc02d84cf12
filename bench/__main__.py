"""``python -m bench``: the whole bench, or the rows that are named.

The machine should be otherwise idle. The exit code says whether the work was done right, never
whether it was done fast: targets are for people to judge.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from bench import machine, report, rounds
from bench.rounds import Budget, Outcome
from bench.row import Row
from bench.rows import PEER_ROWS, ROWS


def main(arguments: Sequence[str]) -> int:
    """Run the rows; 1 if any of them did wrong work, or could not run."""
    options = parsed(arguments)
    about = machine.described()
    print(report.machine_line(about), end="\n\n", flush=True)
    rows = chosen(options)
    outcomes: list[Outcome] = []
    for row in rows:
        outcomes += attempted(row, Budget(options.rounds, options.seconds))
        if options.json:
            options.json.write_text(report.document(about, outcomes))
    print(report.summary(outcomes))
    return int(len(outcomes) < len(rows) or any(outcome.problems for outcome in outcomes))


def attempted(row: Row, budget: Budget) -> list[Outcome]:
    """What came of a row; nothing, with the reason printed, of one that could not run."""
    try:
        outcome = rounds.run(row, budget)
    except Exception:  # noqa: BLE001 - it is no reason to lose the rows before and after it
        print(f"{row.name}  could not run\n{traceback.format_exc()}", flush=True)
        return []
    print(report.table(outcome), flush=True)
    return [outcome]


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    names = [row.name for row in (*ROWS, *PEER_ROWS)]
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure, beside others.")
    parser.add_argument("--only", nargs="+", choices=names, help="run these rows", metavar="ROW")
    parser.add_argument("--peers", action="store_true", help="also P5 and P7, which install much")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--seconds", type=float, default=2, help="how long each time (2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> list[Row]:
    """The rows that the command line asks for, in the bench's order."""
    if options.only:
        return [row for row in (*ROWS, *PEER_ROWS) if row.name in options.only]
    return [*ROWS, *PEER_ROWS] if options.peers else [*ROWS]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that its servers end with it
    sys.exit(main(sys.argv[1:]))

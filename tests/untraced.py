"""The environment of processes whose lines nobody counts.

Proofs and journeys are about what becomes of the data; a tracer in every process would double the
time they take, and other tests run the same lines.
"""

import os


def environment() -> dict[str, str]:
    """This process's environment, without what makes coverage follow its children."""
    return {name: v for name, v in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}

"""How much a proof tries: little in every run of the tests, much when it is asked for."""

import os

LONG = os.environ.get("SYNCLINE_PROOFS") == "long"


def budget(small: int, full: int) -> int:
    """``small``, or ``full`` with SYNCLINE_PROOFS=long."""
    return full if LONG else small

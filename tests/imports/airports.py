"""Real data: the airports that the package ``vega_datasets`` carries."""

from pathlib import Path
from typing import Any

import vega_datasets

PATH = Path(vega_datasets.__file__).parent / "_data" / "airports.csv"
CSV = PATH.read_bytes()
HEADER, *ROWS = CSV.splitlines()
COUNT = len(ROWS)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "iata": {"type": "string", "minLength": 1},
        "name": {"type": "string"},
        "city": {"type": "string"},
        "state": {"type": "string"},
        "country": {"type": "string"},
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
    },
    "required": ["iata", "latitude", "longitude"],
    "additionalProperties": False,
}


def repeated(times: int) -> bytes:
    """The file several times over, each time with other codes."""
    rows = [b"%02d_%s" % (n, row) for n in range(times) for row in ROWS]
    return b"\n".join([HEADER, *rows, b""])

"""All rows, in the order in which they run."""

from bench import (
    row_creates,
    row_delta,
    row_fastapi,
    row_groups,
    row_kinto,
    row_million,
    row_pouchdb,
    row_reads,
)
from bench.row import Row

ROWS: tuple[Row, ...] = (
    row_reads.ROW,
    row_creates.ROW,
    row_groups.ROW,
    row_delta.ROW,
    row_fastapi.ROW,
    row_million.ROW,
)
PEER_ROWS: tuple[Row, ...] = (row_kinto.ROW, row_pouchdb.ROW)
"""What needs installations that take minutes: only on demand."""

"""Every table that ``vega_datasets`` carries as CSV: what goes in is what is there."""

import csv
from pathlib import Path
from typing import Any

import orjson
import pytest
import vega_datasets

from scripts.demo import schema_of
from service.backbone import Backbone
from tests.api import Api
from tests.jobs.builders import Desk

TABLES = sorted((Path(vega_datasets.__file__).parent / "_data").glob("*.csv"))


def test_there_are_tables() -> None:
    assert len(TABLES) >= 8


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_arrives_row_by_row(api: Api, backbone: Backbone, path: Path) -> None:
    schema = schema_of(path)
    api.collection("rows", schema=schema)
    sent = api.send(
        "POST",
        "/spaces/main/imports",
        data=path.read_bytes(),
        query_string={"collection": "rows"},
        headers={"Content-Type": "text/csv"},
    )
    lease = backbone.leases.claim(sent.get_json()["id"], "worker", ("import",))
    assert lease is not None

    list(backbone.pipeline.run(lease))

    stored = Desk(backbone).rows("SELECT data FROM records ORDER BY seq")
    assert [orjson.loads(data) for (data,) in stored] == expected(path, schema)
    assert lease.job.failed == 0


def expected(path: Path, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows as Python's own reader has them, typed by the schema; no member for no number."""
    kinds = {name: kind["type"] for name, kind in schema["properties"].items()}
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [
            {
                name: float(cell) if kinds[name] == "number" else cell
                for name, cell in row.items()
                if cell or kinds[name] == "string"
            }
            for row in csv.DictReader(file)
        ]

"""The tour of the README on the running service: ``python3 scripts/dev.py demo``.

A real table of airports is imported by a worker; two clients pull it; one edits offline while the
other changes the same airport; they push, a conflict is resolved, and both agree. It makes a space
of its own and leaves everything else as it is.
"""

import argparse
import csv
import os
import sys
import time
from pathlib import Path
from typing import Any

import vega_datasets

from scripts.processes import settings_or_exit, stop
from scripts.visitor import visitor
from scripts.working_copy import Refused, Service, WorkingCopy

AIRPORTS = Path(vega_datasets.__file__).parent / "_data" / "airports.csv"
COLLECTION = "airports"


def main(arguments: list[str]) -> int:
    """Walk through the tour; 0 when both clients agree at its end."""
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    parser.parse_args(arguments)
    settings = settings_or_exit()
    address = os.environ.get("SYNCLINE_URL", f"http://127.0.0.1:{settings.port}")
    require_service(address)
    with visitor(settings) as key:
        return tour(Service(address, key))


def require_service(address: str) -> None:
    """End with advice unless something answers there."""
    try:
        Service(address, "").send("GET", "/healthz")
    except (OSError, Refused, ValueError):
        stop(f"No Syncline answers at {address}: start `dev.py up`, or set PORT as it has it.")


def tour(service: Service) -> int:
    """The steps, each said as it is done."""
    space = create_space(service)
    declare(service, space)
    import_airports(service, space)
    ann, bob = (WorkingCopy(service, space, name) for name in ("ann", "bob"))
    say(f"Ann pulls {ann.pull():,} changes, Bob pulls {bob.pull():,}.")
    work_apart(ann, bob)
    come_together(ann, bob)
    agree = ann.records == bob.records
    say("Both working copies are the same." if agree else "The working copies differ!")
    return 0 if agree else 1


def create_space(service: Service) -> str:
    """A space for the tour alone."""
    try:
        _, space = service.send("POST", "/v1/spaces", {"name": "Tour"})
    except Refused as refusal:
        stop(f"{service.address} has another database: set DATA_DIR as it has it. ({refusal})")
    say(f"Created the space {space['id']}.")
    return str(space["id"])


def declare(service: Service, space: str) -> None:
    """Declare the collection, with the schema that the file itself suggests."""
    schema = schema_of(AIRPORTS)
    service.send(
        "PUT",
        f"/v1/spaces/{space}/collections/{COLLECTION}",
        {"schema": schema, "on_conflict": "merge"},
        {"If-None-Match": "*"},
    )
    kinds = ", ".join(f"{name}: {kind['type']}" for name, kind in schema["properties"].items())
    say(f"Declared the collection {COLLECTION} ({kinds}).")


def schema_of(path: Path) -> dict[str, Any]:
    """A JSON Schema of the rows of a CSV file: numbers where every value is one, else text."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    types = {name: column_type([row[name] for row in rows]) for name in rows[0]}
    properties = {name: {"type": kind} for name, kind in types.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def column_type(values: list[str]) -> str:
    """``number`` or ``string``. A leading zero makes it text: 01234 is a postcode."""
    try:
        numbers = [float(value) for value in values if value]
    except ValueError:
        return "string"
    codes = any(value[:1] == "0" and value[1:2].isdigit() for value in values)
    return "number" if numbers and not codes else "string"


def import_airports(service: Service, space: str) -> None:
    """Send the file; a worker imports it while we watch."""
    query = f"collection={COLLECTION}&format=csv&mode=upsert&key=iata"
    fields, job = service.send(
        "POST",
        f"/v1/spaces/{space}/imports?{query}",
        AIRPORTS.read_bytes(),
        {"Content-Type": "text/csv"},
    )
    say(f"Sent {AIRPORTS.name}, {AIRPORTS.stat().st_size:,} bytes: {fields['Location']}")
    while job["state"] in ("queued", "running"):
        time.sleep(0.1)
        _, job = service.send("GET", f"/v1/jobs/{job['id']}?wait=5")
        say(f"  {job['state']}: {job['progress']['done']:,} rows")
    if job["state"] != "succeeded":
        sys.exit(f"The import {job['state']}: {job['error']}")


def work_apart(ann: WorkingCopy, bob: WorkingCopy) -> None:
    """Ann is offline and edits two airports; Bob changes the same ones meanwhile."""
    ann.edit(COLLECTION, "SFO", {"city": "San Francisco Bay"}, "merge")
    ann.edit(COLLECTION, "JFK", {"name": "Kennedy"}, "merge")
    bob.edit(COLLECTION, "SFO", {"name": "SFO International"}, "merge")
    bob.edit(COLLECTION, "JFK", {"name": "John F. Kennedy International"}, "merge")
    report("Bob", bob.push())


def come_together(ann: WorkingCopy, bob: WorkingCopy) -> None:
    """Ann is back: one edit merges by itself, the other is hers to decide."""
    results = ann.push()
    report("Ann", results)
    ann.pull()
    for result in results:
        if result["status"] == "conflict":
            server = result["server"]
            resolved = f"{server['data']['name']} (Kennedy)"
            ann.edit(COLLECTION, server["id"], {"name": resolved}, "reject")
            say(f"Ann sees both names of {server['id']} and decides on: {resolved}.")
    report("Ann", ann.push())
    ann.pull()
    bob.pull()


def report(who: str, results: list[dict[str, Any]]) -> None:
    """One line for a push."""
    said = ", ".join(f"{result['mutation_id']} {result['status']}" for result in results)
    say(f"{who} pushes: {said}.")


def say(sentence: str) -> None:
    """Tell the visitor."""
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

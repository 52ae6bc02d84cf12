"""express-pouchdb as a contender."""

from bench import environment, job, record
from bench.client import Client
from bench.contenders import HttpLoad, again
from bench.job import DELTA_ROWS, Deeds
from bench.server import PORT
from bench.site import Site

DATABASE = "/bench"
BODIES = 500


def loads(site: Site, who: str, records_stored: int) -> list[HttpLoad]:
    """A fresh server on LevelDB, doing the part of the job that it knows."""
    program = environment.node_program("pouchdb")
    server = site.start(["node", str(program), PORT, str(site.fresh_directory())], {})
    client = Client(server.address)
    client.call("PUT", DATABASE)
    bodies = [record.make(n) for n in range(records_stored)]
    ids = [client.call("POST", DATABASE, body).json()["id"] for body in bodies]
    return job.loads(who, server, _deeds(client, ids))


def _deeds(client: Client, ids: list[str]) -> Deeds:
    seqs = range(0, len(ids) - DELTA_ROWS + 1, DELTA_ROWS)
    tail = f"limit={DELTA_ROWS}&include_docs=true"
    deltas = [f"{DATABASE}/_changes?since={seq}&{tail}" for seq in seqs]
    bodies = [record.make(n) for n in range(BODIES)]
    return {
        "create": again([client.request("POST", DATABASE, body) for body in bodies], 201),
        "get": again([client.request("GET", f"{DATABASE}/{id_}") for id_ in ids]),
        "delta": again([client.request("GET", path) for path in deltas]),
    }

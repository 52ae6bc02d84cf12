"""The bare Flask hello as a contender."""

from bench.client import Client
from bench.contenders import HttpLoad, again
from bench.server import PORT, Server
from bench.site import Site
from bench.syncline import gunicorn


def start(site: Site) -> Server:
    """A hello behind the same gunicorn, configuration and worker class as the service."""
    environ = {
        "BIND_ADDRESS": "127.0.0.1",
        "PORT": PORT,
        "DATA_DIR": str(site.fresh_directory()),
        "WEB_CONCURRENCY": "1",
    }
    return site.start(gunicorn("bench.baseline_hello:app"), environ)


def load(server: Server, name: str, connections: int) -> HttpLoad:
    """Load on ``server``."""
    return HttpLoad(name, server, again([Client(server.address).request("GET", "/")]), connections)

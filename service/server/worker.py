"""The process that listens: gunicorn's, around gevent's pywsgi, with our own reading of requests.

When told to stop, the worker closes its door, lets resting connections go, has each answer say
``Connection: close``, and waits for the requests in flight.
"""

import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any

import gevent
from gevent.pool import Pool
from gunicorn.glogging import Logger
from gunicorn.http.wsgi import base_environ
from gunicorn.workers.ggevent import GeventPyWSGIWorker

from service.core.lifecycle import die_with_parent, draining
from service.server.connection import Handler, Server

LOOK_SECONDS = 0.25
DRAIN_MARGIN_SECONDS = 1.0
THREAD_SWITCH_SECONDS = 0.0005


class Worker(GeventPyWSGIWorker):
    """A gunicorn worker process."""

    server_class = Server
    wsgi_handler = Handler

    def init_process(self) -> None:
        """Patch the process for gevent, load the application and serve, until told to stop."""
        die_with_parent(self.ppid)
        if "psycopg" in sys.modules:
            raise RuntimeError("psycopg was imported before gevent patched the process")
        # A writer's thread asks the loop's for the interpreter; by default it waits 5 ms for it.
        sys.setswitchinterval(THREAD_SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, and see that its database driver will wait cooperatively."""
        super().load_wsgi()
        waiting = sys.modules.get("psycopg.waiting")
        if waiting and waiting.wait is getattr(waiting, "wait_c", None):
            raise RuntimeError("psycopg waits in C and would block every other connection")
        # What is loaded by now stays. To look for garbage in it took 80 ms, every second or so.
        gc.collect()
        gc.freeze()

    def init_signals(self) -> None:
        """SIGINT means what SIGTERM means: some platforms send the one, some the other."""
        super().init_signals()
        signal.signal(signal.SIGINT, self.handle_exit)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain."""
        draining.begin()
        super().handle_exit(sig, frame)

    def run(self) -> None:
        """Serve until told to stop, then drain."""
        servers = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self._look_after(servers)
        self._drain(servers)

    def _serve(self, listener: socket.socket) -> Server:
        listener.setblocking(True)
        server = self.server_class(
            listener,
            application=self.wsgi,
            spawn=Pool(self.worker_connections),
            log=self.log,
            handler_class=self.wsgi_handler,
            environ=base_environ(self.cfg) | {"wsgi.multithread": True, "SERVER_NAME": "localhost"},
        )
        server.keepalive_seconds = float(self.cfg.keepalive)
        server.start()
        return server

    def _drain(self, servers: Iterable[Server]) -> None:
        patience_seconds = self.cfg.graceful_timeout - DRAIN_MARGIN_SECONDS
        deadline = time.monotonic() + patience_seconds
        for server in servers:
            server.close()
            server.hurry()
        while any(server.connections for server in servers) and time.monotonic() < deadline:
            self._look_after(servers)
        unfinished = sum(len(server.connections) for server in servers)
        if unfinished:
            said = "%d connections were cut off after %s s"
            self.log.warning(said, unfinished, patience_seconds)

    def _look_after(self, servers: Iterable[Server]) -> None:
        self.notify()
        for server in servers:
            server.look()
        gevent.sleep(LOOK_SECONDS)


class Log(Logger):
    """gunicorn's own messages, in the one log of the process."""

    def setup(self, cfg: Any) -> None:
        """Hand everything to the root logger, which has been configured before."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.loglevel = logging.getLogger().level
        self.error_log.propagate = True

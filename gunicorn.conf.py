"""How gunicorn serves ``wsgi:app``. It finds this file by itself; what can vary is a setting."""

import os
import sys

from gunicorn.arbiter import Arbiter

from service.core import log
from service.core.settings import SettingError, load_settings

try:
    settings = load_settings(os.environ)
except SettingError as problem:
    sys.exit(f"syncline: {problem}")

log.configure(settings.log_level, settings.log_format)

host = f"[{settings.bind_address}]" if ":" in settings.bind_address else settings.bind_address
bind = f"{host}:{settings.port}"
workers = settings.web_concurrency
worker_class = "service.server.worker.Worker"
worker_connections = 4000
logger_class = "service.server.worker.Log"
proc_name = "syncline"

# Longer than proxies keep an idle connection (60 s as a rule), so that it is never this side that
# ends one at the moment a proxy sends a request down it.
keepalive = 75
# What is in flight gets most of the time that a platform allows before it kills.
graceful_timeout = max(settings.shutdown_seconds - 5, 1)
# The loop may be silent for this long before the worker is taken for stuck and replaced.
timeout = 30
# By default gunicorn listens for commands in the home directory, where two services would collide.
control_socket_disable = True


def on_starting(arbiter: Arbiter) -> None:
    """Drain on SIGINT as on SIGTERM: some platforms send the one, some the other."""
    arbiter.handle_int = arbiter.handle_term

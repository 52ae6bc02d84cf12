"""Celery, set up to carry one thing: the ids of jobs that are due.

The jobs' table is the truth about jobs, so nothing here has to be kept: messages are acknowledged
when they are read, there are no results, no retries, no messages for later. Redis carries them
where there is one, otherwise a folder of this machine.
"""

from pathlib import Path
from typing import Any, Final

from celery import Celery
from kombu import Connection, Queue
from kombu.exceptions import ChannelError

from service.core.settings import Settings
from workers.tasks import RUN_JOB

QUEUE: Final = "jobs"
FOLDER: Final = "broker"
POLL_SECONDS: Final = 0.1
QUEUED_MESSAGES_MAX: Final = 32
HANG_UP_SECONDS_MAX: Final = 1.0
CHILD_KILOBYTES_MAX: Final = 400_000
CHILD_TASKS_MAX: Final = 1_000
CHILD_START_SECONDS_MAX: Final = 30.0

_ALWAYS: Final[dict[str, Any]] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "result_backend": None,
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "task_acks_late": False,
    "task_reject_on_worker_lost": False,
    "task_default_queue": QUEUE,
    "task_publish_retry": False,
    "worker_prefetch_multiplier": 1,
    "worker_max_memory_per_child": CHILD_KILOBYTES_MAX,
    "worker_max_tasks_per_child": CHILD_TASKS_MAX,
    "worker_proc_alive_timeout": CHILD_START_SECONDS_MAX,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "enable_utc": True,
}
_REDIS_OPTIONS: Final[dict[str, Any]] = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.3,
}


class Broker:
    """The broker, as far as a dispatcher has to do with it."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Connection | None = None

    def room(self) -> int:
        """How many more messages may be put into its queue."""
        try:
            queue = Queue(QUEUE, channel=self._open().default_channel)
            declared: Any = queue.queue_declare(passive=True)
        except ChannelError:  # to Redis an empty queue does not exist
            return QUEUED_MESSAGES_MAX
        return max(0, QUEUED_MESSAGES_MAX - int(declared.message_count))

    def publish(self, job_id: str) -> None:
        """Put the job's id into the queue."""
        self._app.send_task(
            RUN_JOB, args=(job_id,), queue=QUEUE, retry=False, connection=self._open()
        )

    def drop(self) -> None:
        """Forget the connection: it is broken."""
        if self._connection is not None:
            self._connection.collect(socket_timeout=HANG_UP_SECONDS_MAX)
        self._connection = None

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._app.connection_for_write()
        return self._connection


def make_celery(settings: Settings) -> Celery:
    """The application of the worker, and of the dispatcher that publishes to it."""
    app = Celery("syncline", include=["workers.tasks"])
    app.conf.update(_ALWAYS, **(_redis(settings.redis_url) or _folder(settings.data_dir)))
    return app


def _redis(url: str | None) -> dict[str, Any]:
    if url is None:
        return {}
    return {
        "broker_url": _as_kombu_spells(url),
        "broker_transport_options": _REDIS_OPTIONS,
        "worker_disable_prefetch": True,  # only Redis can: a child takes a job when it is free
    }


def _as_kombu_spells(url: str) -> str:
    return f"redis+socket://{url.removeprefix('unix://')}" if url.startswith("unix://") else url


def _folder(data_dir: Path) -> dict[str, Any]:
    messages, control = data_dir / FOLDER / "messages", data_dir / FOLDER / "control"
    for folder in (messages, control):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://localhost//",
        "broker_transport": "workers.broker_folder:Transport",
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "polling_interval": POLL_SECONDS,
        },
    }

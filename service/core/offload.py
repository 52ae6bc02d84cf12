"""Keeping the event loop free: work that computes or blocks goes to native threads.

Under gevent one thread serves every connection, so 5 ms of hashing or an fsync there is 5 ms of
silence for everybody. Where there is no loop (Celery's workers, scripts, most tests) both
functions do the plain thing.
"""

from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

import gevent
from gevent import monkey
from gevent._hub_local import get_hub_if_exists
from gevent.event import AsyncResult

T = TypeVar("T")

_SOON_SECONDS = 1e-6


def offload(fn: Callable[[], T]) -> T:
    """The result of ``fn()``, computed in the hub's thread pool while other greenlets run.

    It runs here and now when the process is not monkey-patched, or when the caller has no loop of
    its own to free (a native thread, the hub itself). What ``fn`` raises is raised here.
    """
    hub = get_hub_if_exists()
    if hub is None or gevent.getcurrent() is hub or not monkey.is_module_patched("threading"):
        return fn()
    error, result = _settled(hub.threadpool.spawn(copy_context().run, _outcome, fn))
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _settled(pending: AsyncResult) -> Any:
    killed: BaseException | None = None
    while not pending.ready():
        try:
            pending.wait()
        except BaseException as error:  # noqa: BLE001 - raised again when the thread is done
            killed = error
    if killed is not None:
        raise killed
    return pending.get()


def yield_now() -> None:
    """Let other greenlets run; between chunks of long work.

    ``sleep(0)`` is not enough. It goes on with those that are ready already; the loop looks neither
    at its sockets nor at the clock until somebody waits for one of them.
    """
    if get_hub_if_exists() is not None:
        gevent.sleep(_SOON_SECONDS)


def _outcome(fn: Callable[[], T]) -> tuple[BaseException | None, T | None]:
    """Errors travel as values: the pool prints a traceback for each that leaves its threads."""
    try:
        return None, fn()
    except BaseException as error:  # noqa: BLE001 - it is raised again, in the caller's greenlet
        return error, None

"""The dispatcher: hands due jobs to the broker, and looks after what nobody looks after.

It is woken when a job is created and looks by itself every second. It publishes a job's id to its
own broker, and again if nobody has claimed the job two seconds later: so a broker may lose, double
or forget messages, or be down for a while. It gives the broker no more than the workers can soon
take, and never waits for it longer than a moment. Several dispatchers do no harm.
"""

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import Final

from kombu.exceptions import OperationalError

from service.backbone import Backbone, open_backbone
from service.core import log
from service.core.errors import Unavailable
from service.core.settings import load_settings
from service.jobs.lease import JOBS_TOPIC
from workers.broker import Broker, make_celery
from workers.upkeep import Caretaker

LOOK_SECONDS: Final = 1.0

_logger = logging.getLogger(__name__)


class Dispatcher:
    """One process's dispatcher."""

    def __init__(self, backbone: Backbone, broker: Broker) -> None:
        self._backbone = backbone
        self._broker = broker
        self._reaped_at = 0.0
        self.stopped = threading.Event()

    def run(self) -> None:
        """Dispatch until ``stopped``."""
        with self._backbone.bus.subscribe(JOBS_TOPIC) as subscription:
            while not self.stopped.is_set():
                self.look()
                subscription.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Do what is to be done now."""
        try:
            self._reap()
            self._dispatch()
        except Unavailable as error:
            _logger.warning("the dispatcher could not look: %s", error)
            self.stopped.wait(LOOK_SECONDS)

    def _reap(self) -> None:
        if time.monotonic() - self._reaped_at < LOOK_SECONDS:
            return
        self._reaped_at = time.monotonic()
        if reaped := self._backbone.queue.reap():
            _logger.warning("took %d jobs away from silent workers", reaped)

    def _dispatch(self) -> None:
        unsent: list[str] = []
        try:
            unsent += self._backbone.queue.take_due(self._broker.room())
            while unsent:
                self._broker.publish(unsent[0])
                del unsent[0]
        except (OperationalError, OSError) as error:
            _logger.warning("the broker does not take jobs: %s", error)
            self._broker.drop()
            self._backbone.queue.put_back(unsent)
            self.stopped.wait(LOOK_SECONDS)


def main() -> None:
    """Run the dispatcher of this machine until SIGTERM."""
    settings = load_settings(os.environ)
    log.configure(settings.log_level, settings.log_format)
    backbone = open_backbone(settings)
    dispatcher = Dispatcher(backbone, Broker(make_celery(settings)))
    stop_on_signal(dispatcher)
    caretaker = Caretaker(backbone)
    threading.Thread(target=caretaker.keep_up, args=(dispatcher.stopped,), daemon=True).start()
    dispatcher.run()
    backbone.close()


def stop_on_signal(dispatcher: Dispatcher) -> None:
    """Let SIGTERM and SIGINT end it between two looks."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        dispatcher.stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    main()

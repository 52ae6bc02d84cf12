"""The product, in a process that measures how long its loop is silent: ``GET /longest-gap``."""

import os
import time

import gevent
from flask import Response

from service.app import create_app
from service.backbone import open_backbone
from service.core.settings import load_settings

TICK_SECONDS = 0.001


class Ticker:
    """Wants to run every millisecond, and notes when it could not."""

    def __init__(self) -> None:
        self.longest_seconds = 0.0

    def run(self) -> None:
        last = time.perf_counter()
        while True:
            gevent.sleep(TICK_SECONDS)
            now = time.perf_counter()
            self.longest_seconds = max(self.longest_seconds, now - last - TICK_SECONDS)
            last = now

    def take(self) -> Response:
        """The longest gap since this was last asked."""
        longest, self.longest_seconds = self.longest_seconds, 0.0
        return Response(repr(longest))


app = create_app(open_backbone(load_settings(os.environ)))
ticker = Ticker()
app.add_url_rule("/longest-gap", "longest_gap", ticker.take)
gevent.spawn(ticker.run)

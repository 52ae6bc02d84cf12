"""The service with one transaction a request: what is lost by not writing in groups.

Routes, checks, tables and statements are the same. Gone is ``Writer``'s lane, in which writes that
arrive together wait for each other; and with it, on SQLite, the hand-over of each transaction to a
thread, which only pays for groups: one by one is fastest in the request's own greenlet.
"""

import os
from collections.abc import Callable
from typing import TypeVar

from service.app import create_app
from service.backbone import Backbone, open_backbone
from service.core import db
from service.core.lane import Lane
from service.core.settings import load_settings
from service.records.push import Outcome, Push

T = TypeVar("T")


class Alone(Lane[Push, Outcome]):
    """In the place of a lane: commits what it is given at once."""

    def submit(self, item: Push) -> Outcome:
        """Write ``item``, alone."""
        (outcome,) = self._commit([item])
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def ungrouped(backbone: Backbone) -> Backbone:
    """``backbone`` with grouping taken out of its writer."""
    writer = backbone.writer
    alone = Alone(writer._commit, lambda _: 1)  # noqa: SLF001 - a bench may look inside
    writer._lane = lambda _space: alone  # type: ignore[method-assign,assignment]  # noqa: SLF001
    return backbone


def run_here(function: Callable[[], T]) -> T:
    """In the place of ``offload``."""
    return function()


vars(db)["offload"] = run_here
app = create_app(ungrouped(open_backbone(load_settings(os.environ))))

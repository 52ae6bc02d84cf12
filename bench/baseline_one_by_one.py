"""The service with one transaction a request: what is lost by not writing in groups.

Everything else is the same: routes, checks, tables, statements, connections. Only ``Writer``'s lane
is gone, in which writes that arrive together wait for each other.
"""

import os

from service.app import create_app
from service.backbone import Backbone, open_backbone
from service.core.lane import Lane
from service.core.settings import load_settings
from service.records.push import Outcome, Push


class Alone(Lane[Push, Outcome]):
    """In the place of a lane: commits what it is given at once, in the caller's own transaction."""

    def submit(self, item: Push) -> Outcome:
        """Write ``item``, alone."""
        (outcome,) = self._commit([item])
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def ungrouped(backbone: Backbone) -> Backbone:
    """``backbone`` with grouping taken out of its writer."""
    writer = backbone.writer
    alone = Alone(writer._commit)  # noqa: SLF001 - a bench may look inside
    writer._lane = lambda _space: alone  # type: ignore[method-assign,assignment]  # noqa: SLF001
    return backbone


app = create_app(ungrouped(open_backbone(load_settings(os.environ))))

"""The service with one transaction a request: what is lost by not writing in groups.

Everything else is the same: routes, checks, tables, statements, connections. Only ``Writer``'s lane
is gone, in which writes that arrive together wait for each other.
"""

import os
from dataclasses import replace

from service.app import create_app
from service.backbone import Backbone, open_backbone
from service.core.settings import load_settings
from service.records.push import Outcome, Push
from service.records.writer import Writer


class Alone:
    """In the place of a lane: commits what it is given at once, in the caller's own transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def submit(self, push: Push) -> Outcome:
        """Write ``push``, alone."""
        outcome = self._writer._commit_alone(push)  # noqa: SLF001 - what grouping falls back on
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def ungrouped(backbone: Backbone) -> Backbone:
    """``backbone`` with grouping taken out of its writer."""
    backbone.writer._lane = lambda _space: Alone(backbone.writer)  # type: ignore[method-assign] # noqa: SLF001
    return backbone


app = create_app(ungrouped(open_backbone(load_settings(os.environ))))

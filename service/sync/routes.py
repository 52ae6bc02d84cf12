"""Pull and push over HTTP."""

from flask import Response, current_app, request

from service.auth.guard import confirm, principal, requires
from service.changes.errors import ResyncRequired, SpaceNotFound
from service.core.errors import InvalidCursor
from service.http.api import Blueprint
from service.http.body import JSON, read_body, require_media_type
from service.http.conditional import etag, not_modified
from service.http.contract import answers, fails, takes
from service.http.query import read_query
from service.records.errors import AtomicConflict, EpochChanged, PushTooLarge
from service.sync.pull import Answer, Wish
from service.sync.schemas import (
    PAGE_EXAMPLE,
    PUSH_EXAMPLE,
    PUSHED_EXAMPLE,
    ChangesPage,
    ChangesQuery,
    PushIn,
    PushOut,
)
from service.sync.sync import Sync

blueprint = Blueprint(
    "sync",
    __name__,
    url_prefix="/v1/spaces/<id:space>/changes",
    description="Keeping a working copy in step: pull what changed, push what was done.",
)
_query = ChangesQuery()


@blueprint.get("")
@requires("changes.read")
@takes(query=_query, headers=("If-None-Match",))
@answers(200, ChangesPage(), example=PAGE_EXAMPLE, headers=("ETag",))
@answers(204, description="The wait ran out and nothing happened")
@answers(304, headers=("ETag",))
@fails(SpaceNotFound, InvalidCursor, ResyncRequired)
def pull_changes(space: str) -> Response:
    """Pull what the caller does not have yet.

    Without a cursor: everything, in pages (`phase` backfill). Apply a page and keep its cursor in
    one step; while `more` is true ask again. `wait` holds the answer back until there is something.
    """
    wish = _wish()
    answer = _sync().pull(principal(), space, wish)
    if wish.wait_seconds:
        confirm()
    if answer is None:
        return Response(status=204)
    tag = etag(answer.epoch, answer.head)
    unchanged = None if answer.is_news else not_modified(request, tag)
    return unchanged or _page(answer, tag)


@blueprint.post("")
@requires("changes.push")
@takes(body=PushIn(), example=PUSH_EXAMPLE)
@answers(200, PushOut(), example=PUSHED_EXAMPLE)
@fails(SpaceNotFound, AtomicConflict, EpochChanged, PushTooLarge)
def push_changes(space: str) -> Response:
    """Push what the client did while it was on its own.

    Every result in a 200 is final, and one bad mutation never holds up the others. Sending a
    mutation again under its id has no second effect. Send again after network errors, 401, 429 and
    5xx only.
    """
    require_media_type(*JSON)
    sync = _sync()
    answer = sync.push(principal(), space, read_body(sync.push_bytes_max))
    return Response(answer, content_type="application/json")


def _sync() -> Sync:
    sync: Sync = current_app.extensions["syncline"].sync
    return sync


def _wish() -> Wish:
    query = read_query(_query)
    collections = _names(query.get("collections"))
    return Wish(query.get("cursor"), query["limit"], collections, query["wait"])


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(sorted(set(text.split(",")))) if text else ()


def _page(answer: Answer, tag: str) -> Response:
    response = Response(answer.body, content_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-store"
    return response

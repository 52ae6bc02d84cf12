"""Lists over HTTP."""

from flask import Response, current_app, request

from service.auth.guard import principal, requires
from service.changes.errors import SpaceNotFound
from service.core.errors import InvalidCursor
from service.http.api import Blueprint
from service.http.contract import answers, fails, takes
from service.lists.errors import CursorMismatch, IndexNotReady, NotIndexed, OffsetTooFar
from service.lists.lists import Lists
from service.lists.query import read_list_query
from service.lists.schemas import PAGE_EXAMPLE, ListParameters, RecordPage
from service.spaces.errors import CollectionNotFound

blueprint = Blueprint(
    "lists",
    __name__,
    url_prefix="/v1/spaces/<id:space>/collections/<id:collection>/records",
    description="Records in an order of one's own, page by page.",
)


@blueprint.get("")
@requires("records.read")
@takes(query=ListParameters())
@answers(200, RecordPage(), example=PAGE_EXAMPLE, headers=("Link",))
@fails(
    SpaceNotFound,
    CollectionNotFound,
    CursorMismatch,
    IndexNotReady,
    InvalidCursor,
    NotIndexed,
    OffsetTooFar,
)
def list_records(space: str, collection: str) -> Response:
    """List records.

    `filter[field][op]=value` and `sort=-field,name` use declared indexes; what no index serves is
    refused, never scanned. Follow `next_cursor`, or the `Link` with `rel="next"`, until there is
    none: a page may be shorter than its limit.
    """
    parameters = request.args.to_dict()
    query = read_list_query(parameters)
    page = _lists().page(principal(), space, collection, query)
    body = page.as_json(collection, query.projection)
    links = page.links(request.path, parameters)
    return Response(body, content_type="application/json", headers={"Link": links})


def _lists() -> Lists:
    lists: Lists = current_app.extensions["syncline"].lists
    return lists

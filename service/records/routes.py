"""Records over HTTP. The views return text that is ready; the schemas document it."""

import orjson
from flask import Response, current_app, request

from service.auth.guard import principal, requires
from service.changes.errors import SpaceNotFound
from service.core.errors import PreconditionFailed, PreconditionRequired
from service.http.api import Blueprint
from service.http.body import MERGE_PATCH, read_json
from service.http.conditional import etag, not_modified, precondition
from service.http.contract import answers, fails, takes
from service.http.query import read_query
from service.records import bodies
from service.records.errors import (
    InvalidRecord,
    NotVisible,
    RealmForbidden,
    RecordNotFound,
    RevisionNotFound,
)
from service.records.history import Revision
from service.records.projection import read_projection
from service.records.record import as_json
from service.records.records import Records, Seen
from service.records.schemas import (
    DATA_EXAMPLE,
    RECORD_EXAMPLE,
    RecordNew,
    RecordOut,
    RecordPatch,
    RecordPut,
    RecordQuery,
    RestorationIn,
    RevisionPage,
    RevisionQuery,
)
from service.spaces.errors import CollectionNotFound

JSON_TYPE = "application/json"

blueprint = Blueprint(
    "records",
    __name__,
    url_prefix="/v1/spaces/<id:space>/collections/<id:collection>/records",
    description="What a team keeps in step.",
)

absent = fails(SpaceNotFound, RecordNotFound)
refused = fails(
    CollectionNotFound,
    InvalidRecord,
    NotVisible,
    PreconditionFailed,
    PreconditionRequired,
    RealmForbidden,
)
_revision_query = RevisionQuery()


@blueprint.post("")
@requires("records.write")
@takes(body=RecordNew(), example={"data": DATA_EXAMPLE})
@answers(201, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag", "Location"))
@fails(SpaceNotFound)
@refused
def create_record(space: str, collection: str) -> Response:
    """Create a record.

    Under the id in the body, or one of the server's making (UUIDv7). An id that is in use answers
    412.
    """
    mutation = bodies.creation(read_json(), collection, _bytes_max())
    seen = _records().write(principal(), space, mutation)
    response = _answer(seen, 201)
    response.headers["Location"] = f"{request.path.rstrip('/')}/{seen.record.id}"
    return response


@blueprint.get("/<id:record>")
@requires("records.read")
@takes(query=RecordQuery(), headers=("If-None-Match",))
@answers(200, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag",))
@answers(304, headers=("ETag",))
@absent
def get_record(space: str, collection: str, record: str) -> Response:
    """Read a record."""
    seen = _records().read(principal(), space, collection, record)
    if request.environ["QUERY_STRING"] and request.args:
        return _projected(seen)
    return not_modified(request, _tag(seen)) or _answer(seen)


@blueprint.put("/<id:record>")
@requires("records.write")
@takes(body=RecordPut(), example={"data": DATA_EXAMPLE}, headers=("If-Match", "If-None-Match"))
@answers(200, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag",))
@answers(201, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag",))
@absent
@refused
def put_record(space: str, collection: str, record: str) -> Response:
    """Create a record, or replace its data.

    `If-None-Match: *` creates and `If-Match` with its ETag replaces; without either the answer is
    428.
    """
    based_on = precondition(request)
    key = collection, record
    mutation = bodies.replacement(read_json(), key, based_on, _bytes_max())
    return _answer(_records().write(principal(), space, mutation), 201 if based_on.absent else 200)


@blueprint.patch("/<id:record>")
@requires("records.write")
@takes(
    body=RecordPatch(),
    example={"data": {"done": True}},
    media_types=MERGE_PATCH,
    headers=("If-Match",),
)
@answers(200, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag",))
@absent
@refused
def patch_record(space: str, collection: str, record: str) -> Response:
    """Change some members of a record.

    A JSON Merge Patch (RFC 7396) of the record: null removes a member of data.
    """
    based_on = precondition(request)
    patch = bodies.patch(read_json(media_types=MERGE_PATCH), (collection, record), based_on)
    return _answer(_records().write(principal(), space, patch))


@blueprint.delete("/<id:record>")
@requires("records.write")
@takes(headers=("If-Match",))
@answers(204, headers=("ETag",))
@absent
@refused
def delete_record(space: str, collection: str, record: str) -> Response:
    """Delete a record.

    Its tombstone tells other clients, for as long as the collection's retention says.
    """
    deletion = bodies.deletion((collection, record), precondition(request))
    seen = _records().write(principal(), space, deletion)
    return Response(status=204, headers={"ETag": _tag(seen)})


@blueprint.get("/<id:record>/revisions")
@requires("records.read")
@takes(query=_revision_query)
@answers(
    200,
    RevisionPage(),
    example={
        "data": [
            {
                "version": 3,
                "seq": 42,
                "op": "update",
                "at": RECORD_EXAMPLE["updated_at"],
                "actor": RECORD_EXAMPLE["updated_by"],
                "data": DATA_EXAMPLE,
            }
        ],
        "next_before": None,
    },
)
@absent
def list_revisions(space: str, collection: str, record: str) -> Response:
    """List what a record was, newest first.

    `data` is null where the record was deleted, or where it is no longer kept. A deleted record has
    revisions as long as its tombstone lives. The list begins where the record was created, or came
    out of a realm that the caller is not in.
    """
    query = read_query(_revision_query)
    limit = query["limit"]
    below = query.get("before", 2**53)
    found = _records().revisions(principal(), space, (collection, record), below, limit)
    return Response(_page(found, limit), content_type=JSON_TYPE)


@blueprint.post("/<id:record>/revisions")
@requires("records.write")
@takes(body=RestorationIn(), example={"version": 2}, headers=("If-Match", "If-None-Match"))
@answers(201, RecordOut(), example=RECORD_EXAMPLE, headers=("ETag",))
@fails(RevisionNotFound)
@absent
@refused
def restore_revision(space: str, collection: str, record: str) -> Response:
    """Make an older version's data the record's again, as a new version.

    `If-None-Match: *` restores a deleted record.
    """
    version = bodies.restoration(read_json())
    key = collection, record
    return _answer(_records().restore(principal(), space, key, version, precondition(request)), 201)


@blueprint.delete("/<id:record>/revisions")
@requires("records.erase")
@answers(204)
@absent
def erase_revisions(space: str, collection: str, record: str) -> Response:
    """Erase what a record was.

    The data of every older version goes, and of a deleted record all of it. The audit says that it
    went, and who wanted it.
    """
    _records().erase(principal(), space, collection, record)
    return Response(status=204)


def _records() -> Records:
    records: Records = current_app.extensions["syncline"].records
    return records


def _bytes_max() -> int:
    limit: int = current_app.extensions["syncline"].settings.record_bytes_max
    return limit


def _tag(seen: Seen) -> str:
    return etag(seen.epoch, seen.record.seq)


def _answer(seen: Seen, status: int = 200) -> Response:
    response = Response(as_json(seen.record), status, content_type=JSON_TYPE)
    response.headers["ETag"] = _tag(seen)
    return response


def _projected(seen: Seen) -> Response:
    """A record with only some of its data; a rendering with an ETag of its own."""
    projection = read_projection(request.args["fields"])
    if seen.record.data is None:
        return _answer(seen)
    tag = etag(seen.epoch, seen.record.seq, projection.name)
    record = seen.record._replace(data=projection.apply(seen.record.data))
    response = Response(as_json(record), content_type=JSON_TYPE, headers={"ETag": tag})
    return not_modified(request, tag) or response


def _page(found: list[Revision], limit: int) -> bytes:
    rows = [
        {**revision._asdict(), "data": orjson.Fragment(revision.data or "null")}
        for revision in found
    ]
    next_before = found[-1].version if len(found) == limit else None
    return orjson.dumps({"data": rows, "next_before": next_before})

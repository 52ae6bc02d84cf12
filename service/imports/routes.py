"""Imports over HTTP."""

from typing import Any

from flask import Response, current_app, request

from service.auth.guard import principal, requires
from service.changes.errors import SpaceNotFound
from service.http.api import Blueprint
from service.http.body import body_chunks, require_media_type
from service.http.contract import answers, fails, takes
from service.http.query import read_query
from service.imports.errors import InvalidImport, UnfitFile, UnreadableFile
from service.imports.imports import Imports, Request
from service.imports.options import Options
from service.imports.reader import READERS
from service.imports.reader_csv import DELIMITERS
from service.imports.row import Hints
from service.imports.schemas import ImportQuery
from service.jobs.routes import accepted
from service.jobs.schemas import JOB_EXAMPLE, JobOut
from service.spaces.errors import CollectionNotFound

# Not all that readers take: what is no registered type (application/csv) stops client generators.
MEDIA_TYPES = ("text/csv", "application/octet-stream")

blueprint = Blueprint(
    "imports",
    __name__,
    url_prefix="/v1/spaces/<id:space>/imports",
    description="Files into collections.",
)

_query = ImportQuery()


@blueprint.post("")
@requires("imports.create")
@takes(
    query=_query,
    body={"type": "string", "format": "binary"},
    example="iata,name\n00M,Thigpen\n00R,Livingston Municipal\n",
    media_types=MEDIA_TYPES,
)
@answers(202, JobOut(), example=JOB_EXAMPLE, headers=("ETag", "Location", "Retry-After"))
@fails(SpaceNotFound, CollectionNotFound, InvalidImport, UnreadableFile, UnfitFile)
def create_import(space: str) -> Response:
    """Import a file into a collection.

    The body is the file. Its header line and its first rows are checked at once; the rest is done
    by a job. Cells become what the collection's schema asks for, and stay text where it does not
    say. With `key` a row has the same id in every import.
    """
    query = read_query(_query)
    require_media_type(*READERS[query["format"]].media_types)
    wanted = Request(principal(), space, Options.from_json(query), _hints(query))
    body = body_chunks(_bytes_max())
    return accepted(_imports().start(wanted, body, request.mimetype))


def _hints(query: dict[str, Any]) -> Hints:
    return Hints(DELIMITERS.get(query.get("delimiter", "")), query.get("encoding"))


def _imports() -> Imports:
    imports: Imports = current_app.extensions["syncline"].imports
    return imports


def _bytes_max() -> int:
    limit: int = current_app.extensions["syncline"].settings.upload_bytes_max
    return limit

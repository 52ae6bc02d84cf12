"""What may be said of an import, in the query."""

from typing import Final

from marshmallow.validate import Length, OneOf, Regexp

from service.core import names
from service.http.fields import Schema, String
from service.imports.reader import READERS
from service.imports.reader_csv import DELIMITERS, ENCODINGS
from service.spaces.access import SHARED_REALM

REALM: Final = rf"{names.REALM}|^column:[^\r\n]{{1,200}}$"
ON_ERROR: Final = r"^(continue|stop_after:[1-9][0-9]{0,8})$(?!\n)"


class ImportQuery(Schema):
    """Where the rows go, and how."""

    collection = String(
        required=True,
        validate=Regexp(names.COLLECTION),
        metadata={"description": "The collection that the rows become records of."},
    )
    format = String(
        load_default="csv",
        validate=OneOf(sorted(READERS)),
        metadata={"description": "What the file is."},
    )
    mode = String(
        load_default="insert",
        validate=OneOf(("insert", "upsert")),
        metadata={
            "description": "`insert` refuses rows whose id is taken; `upsert` makes a new version."
        },
    )
    on_error = String(
        load_default="continue",
        validate=Regexp(ON_ERROR),
        metadata={"description": "`stop_after:N` fails the import once N rows were bad."},
    )
    key = String(
        load_default="",
        validate=Length(max=1000),
        metadata={"description": "The columns that make a record's id, with commas between."},
    )
    realm = String(
        load_default=SHARED_REALM,
        validate=Regexp(REALM),
        metadata={"description": "A realm, or `column:` and the name of the column that says it."},
    )
    delimiter = String(
        validate=OneOf(sorted(DELIMITERS)),
        metadata={"description": "Default: the one that the header line has most of."},
    )
    encoding = String(
        validate=OneOf(ENCODINGS),
        metadata={"description": "Default: what a byte order mark says, else UTF-8."},
    )

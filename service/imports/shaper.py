"""From a row of a file to a record that its collection takes, or to what is wrong with it.

This is the part of an import that computes. It happens before the space is locked; whoever writes
under the lock checks that the rules still hold.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from service.core import names
from service.core.errors import FieldError
from service.imports.cells import Cells
from service.imports.options import Options
from service.imports.record_ids import IdOf
from service.imports.row import Layout, Row
from service.imports.rules import Rules
from service.jobs.job import Json
from service.jobs.row_errors import BadRow, Fault
from service.records.bulk_write import ImportRow
from service.records.decide import too_large

RealmOf = Callable[[Sequence[str]], str]

_REALM: Final = re.compile(names.REALM)
_KEY_MISSING: Final = Fault("key_missing", "The row has no value for its key.")


class Shaper:
    """Shapes the rows of one import by ``rules``."""

    def __init__(
        self, options: Options, layout: Layout, rules: Rules, id_of: IdOf, bytes_max: int
    ) -> None:
        self.rules = rules
        self._id_of = id_of
        self._bytes_max = bytes_max
        self._realm_of = _realm_of(options, layout)
        schema = rules.schema
        self._cells = Cells(layout.columns, schema, _hidden(options, schema))

    def shape(self, row: Row) -> ImportRow | BadRow:
        """The record that ``row`` makes, or why it makes none."""
        if row.fault:
            return _bad(row, row.fault)
        data = self._cells.object_of(row.cells)
        if not self.rules.collection.accepts(data):
            return _bad(row, *map(_fault, self.rules.collection.errors_of(data)))
        id_ = self._id_of(data, row.number)
        if id_ is None:
            return _bad(row, _KEY_MISSING)
        text = orjson.dumps(data)
        realm = self._realm_of(row.cells)
        if fault := self._objection(text, realm):
            return _bad(row, fault)
        return ImportRow(row.number, id_, realm, text.decode())

    def _objection(self, text: bytes, realm: str) -> Fault | None:
        if len(text) > self._bytes_max:
            return _fault(too_large(self._bytes_max))
        if not _REALM.match(realm):
            return Fault("invalid_realm", "A realm is 1 to 64 of A-Z, a-z, 0-9, _, . and -.")
        if not self.rules.access.sees(realm):
            return Fault("realm_forbidden", f"You are not in the realm {realm}.")
        return None


def _realm_of(options: Options, layout: Layout) -> RealmOf:
    if options.realm_column is None:
        return lambda _cells: options.realm
    index = layout.columns.index(options.realm_column)
    return lambda cells: cells[index]


def _hidden(options: Options, schema: Json | None) -> str | None:
    """The column of realms is data too, unless the schema has no place for it."""
    if schema is None or schema.get("additionalProperties") is not False:
        return None
    column = options.realm_column
    return column if column not in schema.get("properties", {}) else None


def _bad(row: Row, *faults: Fault) -> BadRow:
    return BadRow(row.number, faults, row.cells or None)


def _fault(error: FieldError) -> Fault:
    """A pointer below ``#/data`` names the column by its first step."""
    steps = (error.pointer or "").split("/")[2:3]
    column = steps[0].replace("~1", "/").replace("~0", "~") if steps else None
    return Fault(error.code, error.detail, column)

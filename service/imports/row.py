"""What readers make of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.jobs.job import Json
from service.jobs.row_errors import Fault

CELLS_UNKNOWN: Sequence[str] = ()


class Place(NamedTuple):
    """Between two rows: ``position`` bytes into the file, behind row ``number`` (from 1)."""

    position: int
    number: int


class Row(NamedTuple):
    """A row as it stands in the file: its cells, or why it cannot be taken."""

    place_after: Place
    cells: Sequence[str]
    fault: Fault | None = None

    @property
    def number(self) -> int:
        """Counted from 1."""
        return self.place_after.number


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read, found out once: what a job needs to go on anywhere in it.

    ``dialect`` is the reader's own; ``start`` is the position of the first row.
    """

    columns: tuple[str, ...]
    start: int
    dialect: Json

    def as_json(self) -> Json:
        """As a job keeps it."""
        return {"columns": list(self.columns), "start": self.start, "dialect": self.dialect}

    @classmethod
    def from_json(cls, kept: Json) -> "Layout":
        """What ``as_json`` made."""
        return cls(tuple(kept["columns"]), kept["start"], kept["dialect"])


class Hints(NamedTuple):
    """What the caller said of the file's form; None is to be found out."""

    delimiter: str | None = None
    encoding: str | None = None

"""Readers turn the bytes of a file into rows: what a reader must do, and which there are.

A reader holds no more than a few rows at a time, can begin behind any row whose place it was told,
and makes the same rows of the same bytes wherever it begins.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from service.imports.reader_csv import CsvReader
from service.imports.row import Hints, Layout, Place, Row

HEAD_BYTES: Final = 128 * 1024
"""How much of a file ``inspect`` is shown."""


class Reader(Protocol):
    """One file format."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """What a body of this format may be sent as."""
        ...

    def inspect(self, head: bytes, hints: Hints, *, is_whole: bool) -> Layout:
        """How to read the file that begins with ``head``; ``is_whole`` when that is all of it.

        Raises UnreadableFile.
        """
        ...

    def rows(self, layout: Layout, chunks: Iterable[bytes], start: Place) -> Iterator[Row]:
        """The rows in ``chunks``, which begin at ``start``."""
        ...


READERS: Final[dict[str, Reader]] = {"csv": CsvReader()}

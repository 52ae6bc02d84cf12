"""What can be wrong with an import: the file, what was asked for, or too many of its rows."""

from typing import Any, ClassVar

from service.core.errors import Invalid


class UnreadableFile(Invalid):
    """The file cannot be read as what it is said to be; ``errors`` says why. No job was made."""

    code = "unreadable_file"
    title = "Unreadable file"


class UnfitFile(Invalid):
    """None of the first rows fits the collection; ``errors`` tells of each. No job was made."""

    code = "unfit_file"
    title = "Unfit file"


class InvalidImport(Invalid):
    """What was asked for does not fit together, or names columns that the file does not have."""

    code = "invalid_import"
    title = "Invalid import"


class TooManyBadRows(Invalid):
    """As many rows were bad as ``on_error=stop_after`` allows. What was written before stays."""

    code = "too_many_bad_rows"
    title = "Too many bad rows"
    example: ClassVar[dict[str, Any]] = {"failed": 10}

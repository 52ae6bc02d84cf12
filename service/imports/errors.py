"""What can go wrong with an import: the file, what was asked for, its rows, the rules for them."""

from typing import Any, ClassVar

from service.core.errors import FieldError, Invalid, Unavailable


class UnreadableFile(Invalid):
    """The file cannot be read as what it is said to be. ``errors`` says why; no job was made."""

    code = "unreadable_file"
    title = "Unreadable file"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError("The header names the column iata twice.", code="columns")]
    }


class UnfitFile(Invalid):
    """None of the first rows fits the collection. ``errors`` tells of each; no job was made."""

    code = "unfit_file"
    title = "Unfit file"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError('Row 1, column latitude: "?" is not a number.', code="type")]
    }


class InvalidImport(Invalid):
    """What was asked for does not fit together, or not the file's columns. ``errors`` says why."""

    code = "invalid_import"
    title = "Invalid import"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError("The file has no column icao; it has iata, name.", parameter="key")]
    }


class TooManyBadRows(Invalid):
    """As many rows were bad as ``on_error=stop_after`` allows. What was written before stays."""

    code = "too_many_bad_rows"
    title = "Too many bad rows"
    example: ClassVar[dict[str, Any]] = {"failed": 10}


class RulesChanged(Unavailable):
    """Members or collections changed while rows were validated: validate them again."""

    code = "rules_changed"
    title = "Rules changed"

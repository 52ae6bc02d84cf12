"""What the caller wants done with the file."""

from typing import Literal, NamedTuple

from service.jobs.job import Json
from service.records.bulk_write import Mode
from service.spaces.access import SHARED_REALM

REALM_OF_COLUMN = "column:"

FormatName = Literal["csv"]


class Options(NamedTuple):
    """``key`` names the columns that ids are made of; ``realm`` is one, or ``column:`` and a name.

    ``failed_max`` is how many bad rows stop the import; None goes on whatever comes.
    """

    collection: str
    format: FormatName = "csv"
    mode: Mode = "insert"
    key: tuple[str, ...] = ()
    realm: str = SHARED_REALM
    failed_max: int | None = None

    @property
    def realm_column(self) -> str | None:
        """The column that says each row's realm."""
        is_column = self.realm.startswith(REALM_OF_COLUMN)
        return self.realm.removeprefix(REALM_OF_COLUMN) if is_column else None

    def named_columns(self) -> list[str]:
        """Columns that the file must have."""
        return [*self.key, *([self.realm_column] if self.realm_column is not None else [])]

    def as_json(self) -> Json:
        """As the job shows it, in the words of the request."""
        on_error = "continue" if self.failed_max is None else f"stop_after:{self.failed_max}"
        return {
            "collection": self.collection,
            "format": self.format,
            "mode": self.mode,
            "key": ",".join(self.key) or None,
            "realm": self.realm,
            "on_error": on_error,
        }

    @classmethod
    def from_json(cls, said: Json) -> "Options":
        """What ``as_json`` made, and what a request says."""
        return cls(
            collection=said["collection"],
            format=said["format"],
            mode=said["mode"],
            key=tuple(said["key"].split(",")) if said["key"] else (),
            realm=said["realm"],
            failed_max=_failed_max(said["on_error"]),
        )


def _failed_max(on_error: str) -> int | None:
    return None if on_error == "continue" else int(on_error.partition(":")[2])

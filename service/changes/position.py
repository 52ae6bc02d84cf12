"""Where a space's log stands: one indexed read that every request about a space begins with."""

from dataclasses import dataclass

from sqlalchemy import Connection

from service.changes.errors import SpaceNotFound
from service.core.sql import Hot

_READ = Hot("SELECT id, head, floor, epoch, config_seq FROM spaces WHERE id = :space")


@dataclass(frozen=True, slots=True)
class Position:
    """Newest seq, oldest good cursor, and the newest change of members or collections."""

    space: str
    head: int
    floor: int
    epoch: str
    config_seq: int


def position_of(connection: Connection, space: str) -> Position:
    """The position of ``space``. Raises SpaceNotFound."""
    row = _READ.row(connection, space=space)
    if row is None:
        raise SpaceNotFound
    return Position(*row)

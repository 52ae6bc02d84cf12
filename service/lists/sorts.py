"""The order that ``sort=-updated_at,name`` asks for."""

from typing import Final, NamedTuple

from service.lists.fields import DESCENDING, ID, SEQ, shortest
from service.records.paths import DATA_PATH

FIELDS_MAX: Final = 3
UNIQUE: Final = (ID.path, SEQ.path)


class Sort(NamedTuple):
    """One field of an order."""

    path: str
    descending: bool


def read_sorts(text: str) -> tuple[Sort, ...]:
    """The order in ``text``; what stands behind an unique field says nothing and is left out.

    Raises ValueError with a sentence.
    """
    sorts = tuple(_sort(part) for part in text.split(",")) if text else ()
    if len(sorts) > FIELDS_MAX:
        raise ValueError(f"Sort by {FIELDS_MAX} fields at the most.")
    if len({sort.path for sort in sorts}) < len(sorts):
        raise ValueError("Name each field once.")
    unique = next((n for n, sort in enumerate(sorts) if sort.path in UNIQUE), len(sorts))
    return sorts[: unique + 1]


def _sort(text: str) -> Sort:
    path = text.removeprefix(DESCENDING)
    if not DATA_PATH.fullmatch(path):
        raise ValueError(
            "Write the names of fields with commas between, a - before it to turn one."
        )
    return Sort(shortest(path), text.startswith(DESCENDING))

"""How a query names a member of ``data``: ``owner.name``, or ``data.id`` for one that is hidden."""

import re
from typing import Final

from service.spaces.index import FIELD_PATTERN

DATA: Final = "data."
DATA_PATH: Final = re.compile(rf"(data\.)?{FIELD_PATTERN}")

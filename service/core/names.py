"""The patterns of names that clients make. None of them needs escaping in JSON, SQL or a URL.

Python's ``$`` also matches before a newline at the end, which would need it: hence NO_NEWLINE
after each ``$``.
"""

from typing import Final

NO_NEWLINE: Final = r"(?!\n)"

RECORD_ID: Final = r"^[A-Za-z0-9_-]{1,64}$(?!\n)"
COLLECTION: Final = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$(?!\n)"
COLLECTIONS: Final = r"^[A-Za-z][A-Za-z0-9_-]{0,63}(,[A-Za-z][A-Za-z0-9_-]{0,63}){0,99}$(?!\n)"
REALM: Final = r"^[A-Za-z0-9_.-]{1,64}$(?!\n)"
CLIENT: Final = r"^[A-Za-z0-9_.:-]{1,64}$(?!\n)"

FILTER_START: Final = "filter["
"""How the parameters begin whose names go on with a client's: ``filter[field][operator]``."""

"""The patterns of names that clients make. None of them needs escaping in JSON, SQL or a URL."""

from typing import Final

RECORD_ID: Final = r"^[A-Za-z0-9_-]{1,64}$"
COLLECTION: Final = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
REALM: Final = r"^[A-Za-z0-9_.-]{1,64}$"
CLIENT: Final = r"^[A-Za-z0-9_.:-]{1,64}$"

"""Every room's tables, imported so that the shared metadata knows all of them."""

from service.audit import tables as audit
from service.auth import tables as auth
from service.changes import tables as changes
from service.jobs import tables as jobs
from service.records import tables as records
from service.spaces import tables as spaces

TABLES_OF_ALL_ROOMS = (audit, auth, changes, jobs, records, spaces)

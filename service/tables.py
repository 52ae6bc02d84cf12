"""The whole schema: importing every room's tables is what fills the shared metadata."""

from service.audit.tables import audit_events
from service.auth.tables import api_keys, installation, users
from service.changes.tables import changes, spaces
from service.core.tables import metadata
from service.jobs.tables import artifact_chunks, artifacts, job_errors, jobs
from service.records.tables import markers, mutation_results, records
from service.spaces.tables import collections, member_events, members

__all__ = [
    "api_keys",
    "artifact_chunks",
    "artifacts",
    "audit_events",
    "changes",
    "collections",
    "installation",
    "job_errors",
    "jobs",
    "markers",
    "member_events",
    "members",
    "metadata",
    "mutation_results",
    "records",
    "spaces",
    "users",
]

"""What was done, by whom, with which credential."""

from sqlalchemy import Column, Index, Table, Text

from service.core.tables import CodePointText, metadata

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("at", Text, nullable=False),
    Column("space", CodePointText),
    Column("actor", Text, nullable=False),
    Column("credential", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("outcome", Text, nullable=False, doc="allowed; refusals are not kept"),
    Index("ix_audit_events_space", "space", "id"),
)

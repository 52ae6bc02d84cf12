"""Who belongs to a space, what it holds, and the events by which a member's view of it moves."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from service.core.tables import CodePointText, metadata

members = Table(
    "members",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("user_id", CodePointText, nullable=False),
    Column("role", Text, nullable=False, doc="owner | admin | editor | viewer"),
    Column("realms", Text, nullable=False, doc='JSON array of realm names; ["*"] is every realm'),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    PrimaryKeyConstraint("space", "user_id"),
    Index("ix_members_user", "user_id", "space"),
)

member_events = Table(
    "member_events",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("user_id", CodePointText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("realm", CodePointText, nullable=False),
    Column("op", Text, nullable=False, doc="grant | revoke"),
    PrimaryKeyConstraint("space", "user_id", "seq", "realm"),
    Index("ix_member_events_seq", "space", "seq"),
)

collections = Table(
    "collections",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("name", CodePointText, nullable=False),
    Column("schema", Text, doc="JSON Schema 2020-12 of data, as text; null takes any object"),
    Column("indexes", Text, nullable=False, doc="JSON array of declared indexes"),
    Column("on_conflict", Text, nullable=False, doc="reject | merge | overwrite"),
    Column("retention_days", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    PrimaryKeyConstraint("space", "name"),
)

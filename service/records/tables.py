"""One row a record: what it is now. What it was is in the log."""

from sqlalchemy import BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, Table, Text, text

from service.core.tables import CodePointText, metadata

records = Table(
    "records",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("collection", CodePointText, nullable=False),
    Column("id", CodePointText, nullable=False),
    Column("realm", CodePointText, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("data", Text, doc="canonical JSON text; null in a tombstone"),
    PrimaryKeyConstraint("space", "collection", "id"),
    Index("ix_records_seq", "space", "seq", unique=True),
    Index("ix_records_realm_seq", "space", "realm", "seq"),
    Index(
        "ix_records_tombstones",
        "space",
        "collection",
        "seq",
        sqlite_where=text("deleted"),
        postgresql_where=text("deleted"),
    ),
)

markers = Table(
    "move_markers",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("collection", CodePointText, nullable=False),
    Column("id", CodePointText, nullable=False),
    Column("from_realm", CodePointText, nullable=False),
    PrimaryKeyConstraint("space", "seq"),
)

mutation_results = Table(
    "mutation_results",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("user_id", CodePointText, nullable=False),
    Column("client_id", CodePointText, nullable=False),
    Column("mutation_id", CodePointText, nullable=False),
    Column("fingerprint", Text, nullable=False, doc="SHA-256 of the mutation as it was sent"),
    Column("original", Text, nullable=False, doc="JSON text of the first result, without server"),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("space", "user_id", "client_id", "mutation_id"),
    Index("ix_mutation_results_at", "at_ms"),
)

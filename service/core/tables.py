"""One MetaData for every room's tables, so that migrations see the whole schema."""

from sqlalchemy import MetaData, Text
from sqlalchemy.dialects import postgresql

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

CodePointText = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that compares by code point on both databases, whatever the cluster's locale."""

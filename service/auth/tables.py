"""People, and the keys that speak for them. A key's text is nowhere, only its SHA-256."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from service.core.tables import CodePointText, metadata

users = Table(
    "users",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("email", CodePointText, unique=True),
    Column("name", Text),
    Column("role", Text, nullable=False, doc="admin | member of this installation"),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("user_id", CodePointText, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True, doc="SHA-256 of the key, hex"),
    Column("last4", Text, nullable=False),
    Column("scopes", Text, nullable=False, doc="JSON array"),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("revoked_at", Text),
    Column("last_used_at", Text),
    Index("ix_api_keys_user", "user_id", "id"),
)

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True, doc="bootstrap: a fact that becomes true once"),
    Column("value", Text, nullable=False),
    Column("at", Text, nullable=False),
)

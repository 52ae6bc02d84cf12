"""Alembic's way in: the connection comes from ``scripts/migrate.py``, the schema from the rooms' tables."""

from alembic import context

from service.core.tables import metadata
from service.tables import TABLES_OF_ALL_ROOMS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transaction_per_migration=True,
)
assert TABLES_OF_ALL_ROOMS, "importing them is what fills the metadata"
with context.begin_transaction():
    context.run_migrations()

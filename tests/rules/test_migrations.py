"""The migrations make exactly the schema that the code has."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from service.tables import metadata, users


def test_the_newest_migration_is_the_codes_schema(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_keys_are_ordered_by_code_point(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    fixed = {"role": "member", "created_at": "", "updated_at": ""}
    with engine.begin() as connection:
        connection.execute(users.insert(), [{"id": name, **fixed} for name in ("ä", "a", "_", "B")])
        found = connection.execute(sa.select(users.c.id).order_by(users.c.id)).scalars().all()
    engine.dispose()

    assert found == ["B", "_", "a", "ä"]

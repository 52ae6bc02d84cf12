"""The backbone: people and keys, spaces and their log, records, jobs."""

from alembic import op

from service.changes.tables import spaces
from service.core import clock
from service.core.ids import new_epoch
from service.core.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the space that exists from the start."""
    metadata.create_all(op.get_bind())
    now = clock.timestamp()
    op.execute(
        spaces.insert().values(
            id="main",
            name="Main",
            head=0,
            floor=0,
            epoch=new_epoch(),
            config_seq=0,
            created_at=now,
            updated_at=now,
        )
    )

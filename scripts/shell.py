"""What a script of an administrator works with: the installation's own backbone, on this machine.

Whoever can run a script here has every right; the audit says that it came from a shell.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from scripts.processes import stop
from service.auth.policy import EVERY_SCOPE
from service.auth.principal import Principal
from service.backbone import Backbone, open_backbone
from service.core.settings import Settings

SHELL = Principal("shell", "shell", frozenset({EVERY_SCOPE}), "admin")


@contextmanager
def backbone_of(settings: Settings) -> Iterator[Backbone]:
    """The backbone; where the database is not ready the script ends with advice."""
    require_schema(settings)
    with closing(open_backbone(settings)) as backbone:
        yield backbone


def require_schema(settings: Settings) -> None:
    """End with advice unless the database is there and has been migrated."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.is_sqlite and not path.exists():
        stop(f"There is no database at {path}: start the service first, or set DATA_DIR.")
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            is_migrated = sa.inspect(connection).has_table("installation")
    except OperationalError as problem:
        stop(f"The database cannot be reached: {problem.orig}")
    if not is_migrated:
        stop("The database has no tables yet: run `python -m scripts.migrate` first.")

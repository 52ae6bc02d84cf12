"""The log of a space, and the space's own row, whose lock puts its writers in order."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from service.core.tables import CodePointText, metadata

spaces = Table(
    "spaces",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("name", Text, nullable=False),
    Column("head", BigInteger, nullable=False, doc="seq of the newest change"),
    Column("floor", BigInteger, nullable=False, doc="cursors below it have missed pruned rows"),
    Column("epoch", Text, nullable=False, doc="name of the unbroken history that seq belongs to"),
    Column("config_seq", BigInteger, nullable=False, doc="seq of the newest member or collection"),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("space", CodePointText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False, doc="record | move | member | collection | space | job"),
    Column("collection", CodePointText),
    Column("id", CodePointText, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("op", Text, nullable=False, doc="create | update | delete; how a job ended"),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("before", Text, doc="the JSON text of data that this change replaced"),
    PrimaryKeyConstraint("space", "seq"),
    Index("ix_changes_of_one", "space", "collection", "id", "version"),
)

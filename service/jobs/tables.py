"""Long work. These rows are the truth about it; a broker only ever carries a job's id."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from service.core.tables import CodePointText, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("space", CodePointText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False, doc="complete | partial | none"),
    Column("params", Text, nullable=False, doc="JSON object, of the kind"),
    Column("input_id", Text, doc="the artifact it reads"),
    Column("result_id", Text, doc="the artifact it made"),
    Column("error", Text, doc="JSON object: why it failed"),
    Column("version", BigInteger, nullable=False, doc="+1 with every visible change"),
    Column("token", BigInteger, nullable=False, doc="fencing token: +1 with every owner"),
    Column("worker", Text),
    Column("lease_until_ms", BigInteger),
    Column("run_after_ms", BigInteger, nullable=False),
    Column("dispatched_at_ms", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("attempts_max", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("checkpoint", Text, doc="JSON object, of the kind: where to go on"),
    Column("phase", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("failed", BigInteger, nullable=False),
    Column("bytes_done", BigInteger, nullable=False),
    Column("bytes_total", BigInteger),
    Column("created_by", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("updated_at", Text, nullable=False),
    Column("finished_at", Text),
    Index("ix_jobs_due", "state", "run_after_ms"),
    Index("ix_jobs_lease", "state", "lease_until_ms"),
    Index("ix_jobs_space", "space", "id"),
)

job_errors = Table(
    "job_errors",
    metadata,
    Column("job_id", CodePointText, nullable=False),
    Column("row_no", BigInteger, nullable=False),
    Column("n", Integer, nullable=False, doc="0 for the first error of a row, 1 for the next …"),
    Column("column_name", Text),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("cells", Text, doc="JSON array: the row as it was uploaded, with its first error"),
    PrimaryKeyConstraint("job_id", "row_no", "n"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", CodePointText, primary_key=True),
    Column("space", CodePointText, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("state", Text, nullable=False, doc="writing | whole"),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("ix_artifacts_expiry", "expires_at_ms"),
)

artifact_chunks = Table(
    "artifact_chunks",
    metadata,
    Column("artifact_id", CodePointText, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("artifact_id", "n"),
)

"""The backbone: people and keys, spaces and their log, records, jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core import clock
from service.core.ids import new_epoch

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that compares by code point on both databases."""


def upgrade() -> None:
    """Make every table, and the space that exists from the start."""
    make_people()
    make_spaces()
    make_log_and_records()
    make_jobs()
    make_audit()
    make_main_space()


def make_people() -> None:
    """Make users, api_keys, installation."""
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", KEY),
        sa.Column("name", sa.Text()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger()),
        sa.Column("revoked_at", sa.Text()),
        sa.Column("last_used_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_index("ix_api_keys_user", "api_keys", ["user_id", "id"])
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )


def make_spaces() -> None:
    """Make spaces, members, member_events, collections."""
    op.create_table(
        "spaces",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("config_seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spaces"),
    )
    op.create_table(
        "members",
        sa.Column("space", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("realms", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("space", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_user", "members", ["user_id", "space"])
    op.create_table(
        "member_events",
        sa.Column("space", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("realm", KEY, nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("space", "user_id", "seq", "realm", name="pk_member_events"),
    )
    op.create_index("ix_member_events_seq", "member_events", ["space", "seq"])
    op.create_table(
        "collections",
        sa.Column("space", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("schema", sa.Text()),
        sa.Column("indexes", sa.Text(), nullable=False),
        sa.Column("on_conflict", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("space", "name", name="pk_collections"),
    )


def make_log_and_records() -> None:
    """Make changes, records, move_markers, mutation_results."""
    op.create_table(
        "changes",
        sa.Column("space", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("collection", KEY),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.PrimaryKeyConstraint("space", "seq", name="pk_changes"),
    )
    op.create_index("ix_changes_of_one", "changes", ["space", "collection", "id", "version"])
    op.create_table(
        "records",
        sa.Column("space", KEY, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("realm", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("data", sa.Text()),
        sa.PrimaryKeyConstraint("space", "collection", "id", name="pk_records"),
    )
    op.create_index("ix_records_realm_seq", "records", ["space", "realm", "seq"])
    op.create_index("ix_records_seq", "records", ["space", "seq"], unique=True)
    op.create_index(
        "ix_records_tombstones",
        "records",
        ["space", "collection", "seq"],
        sqlite_where=sa.text("deleted"),
        postgresql_where=sa.text("deleted"),
    )
    op.create_table(
        "move_markers",
        sa.Column("space", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("from_realm", KEY, nullable=False),
        sa.PrimaryKeyConstraint("space", "seq", name="pk_move_markers"),
    )
    op.create_table(
        "mutation_results",
        sa.Column("space", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("client_id", KEY, nullable=False),
        sa.Column("mutation_id", KEY, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "space", "user_id", "client_id", "mutation_id", name="pk_mutation_results"
        ),
    )
    op.create_index("ix_mutation_results_at", "mutation_results", ["at_ms"])


def make_jobs() -> None:
    """Make jobs, job_errors, artifacts, artifact_chunks."""
    op.create_table(
        "jobs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("space", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("input_id", sa.Text()),
        sa.Column("result_id", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("lease_until_ms", sa.BigInteger()),
        sa.Column("run_after_ms", sa.BigInteger(), nullable=False),
        sa.Column("dispatched_at_ms", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_max", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("checkpoint", sa.Text()),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger()),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False),
        sa.Column("bytes_total", sa.BigInteger()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text()),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "run_after_ms"])
    op.create_index("ix_jobs_lease", "jobs", ["state", "lease_until_ms"])
    op.create_index("ix_jobs_space", "jobs", ["space", "id"])
    op.create_table(
        "job_errors",
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text()),
        sa.PrimaryKeyConstraint("job_id", "row_no", "n", name="pk_job_errors"),
    )
    op.create_table(
        "artifacts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("space", KEY, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
    )
    op.create_index("ix_artifacts_expiry", "artifacts", ["expires_at_ms"])
    op.create_table(
        "artifact_chunks",
        sa.Column("artifact_id", KEY, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("artifact_id", "n", name="pk_artifact_chunks"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # By default Postgres tries to compress each chunk, which takes five times as long.
        op.execute("ALTER TABLE artifact_chunks ALTER COLUMN data SET STORAGE EXTERNAL")


def make_audit() -> None:
    """Make audit_events."""
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("space", KEY),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_space", "audit_events", ["space", "id"])


def make_main_space() -> None:
    """Make the space that exists from the start."""
    now = clock.timestamp()
    main = {
        "id": "main",
        "name": "Main",
        "head": 0,
        "floor": 0,
        "epoch": new_epoch(),
        "config_seq": 0,
        "created_at": now,
        "updated_at": now,
    }
    spaces = sa.table("spaces", *(sa.column(name) for name in main))
    op.execute(spaces.insert().values(main))

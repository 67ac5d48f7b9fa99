"""The wait ledger; transfers, and what led each call to its department"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UTC = store.tables.UtcTime(timezone=True)


def upgrade() -> None:
    _ledger()
    op.create_table(
        "muted_estimators",
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("estimator", sa.String(length=20), nullable=False),
        sa.Column("since", _UTC, nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("department", "estimator", name=op.f("pk_muted_estimators")),
    )
    _transfers()
    _routings()


def _ledger() -> None:
    with op.batch_alter_table("announcements") as table:
        for name, kind in (
            ("department", sa.String(length=40)),
            ("kind", sa.String(length=12)),
            ("spoken_low_minutes", sa.Integer()),
            ("spoken_high_minutes", sa.Integer()),
            ("told_low_minutes", sa.Integer()),
            ("told_high_minutes", sa.Integer()),
            ("told_position", sa.Integer()),
            ("reason", sa.String(length=12)),
            ("promised_by", _UTC),
            ("promised_position", sa.Integer()),
            ("promised_agents", sa.Integer()),
            ("truth", sa.String(length=10)),
            ("waited_seconds", sa.Float()),
        ):
            table.add_column(sa.Column(name, kind))
    # Their spoken form was not kept: they are nothing to judge.
    op.execute(
        "UPDATE announcements SET kind = 'wait', truth = 'nothing', department ="
        " (SELECT line_entries.department FROM line_entries WHERE line_entries.id = announcements.entry_id)"
    )
    with op.batch_alter_table("announcements") as table:
        table.alter_column("department", existing_type=sa.String(length=40), nullable=False)
        table.alter_column("kind", existing_type=sa.String(length=12), nullable=False)
        for name in ("low_seconds", "mid_seconds", "high_seconds"):
            table.alter_column(name, existing_type=sa.Float(), nullable=True)
        table.alter_column("estimator", existing_type=sa.String(length=20), nullable=True)
        table.create_index(op.f("ix_announcements_truth"), ["truth"])
        table.create_index("ix_announcements_judged", ["department", "estimator", "truth"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("from_entry_id", sa.Integer(), nullable=False),
        sa.Column("to_entry_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("from_department", sa.String(length=40), nullable=False),
        sa.Column("to_department", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_transfers_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["from_entry_id"], ["line_entries.id"], name=op.f("fk_transfers_from_entry_id_line_entries")
        ),
        sa.ForeignKeyConstraint(
            ["to_entry_id"], ["line_entries.id"], name=op.f("fk_transfers_to_entry_id_line_entries")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_transfers_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("from_entry_id", name=op.f("uq_transfers_from_entry_id")),
        sa.UniqueConstraint("to_entry_id", name=op.f("uq_transfers_to_entry_id")),
    )
    op.create_index(op.f("ix_transfers_case_id"), "transfers", ["case_id"])
    op.create_index(op.f("ix_transfers_at"), "transfers", ["at"])


def _routings() -> None:
    op.create_table(
        "routings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("menu_version_id", sa.Integer(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=1), nullable=True),
        sa.Column("phrase", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_routings_call_id_calls")),
        sa.ForeignKeyConstraint(["entry_id"], ["line_entries.id"], name=op.f("fk_routings_entry_id_line_entries")),
        sa.ForeignKeyConstraint(
            ["menu_version_id"], ["menu_versions.id"], name=op.f("fk_routings_menu_version_id_menu_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routings")),
    )
    for column in ("call_id", "entry_id", "at"):
        op.create_index(op.f(f"ix_routings_{column}"), "routings", [column])


def downgrade() -> None:
    for name in ("routings", "transfers", "muted_estimators"):
        op.drop_table(name)
    op.execute("DELETE FROM announcements WHERE estimator IS NULL")
    with op.batch_alter_table("announcements") as table:
        table.drop_index("ix_announcements_judged")
        table.drop_index(op.f("ix_announcements_truth"))
        for name in (
            *("department", "kind", "spoken_low_minutes", "spoken_high_minutes", "told_low_minutes"),
            *("told_high_minutes", "told_position", "reason", "promised_by", "promised_position", "promised_agents"),
            *("truth", "waited_seconds"),
        ):
            table.drop_column(name)
        for name in ("low_seconds", "mid_seconds", "high_seconds"):
            table.alter_column(name, existing_type=sa.Float(), nullable=False)
        table.alter_column("estimator", existing_type=sa.String(length=20), nullable=False)

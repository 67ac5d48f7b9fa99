"""Promises at a time, told in words, to numbers that may be called"""

import sqlalchemy as sa
from alembic import op

from store.tables import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('promised', 'dialling_first', 'dialling_second', 'connected', 'waiting_retry')")


def upgrade() -> None:
    _callbacks()
    _tables()


def _callbacks() -> None:
    with op.batch_alter_table("callbacks") as table:
        table.add_column(sa.Column("holder", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("origin", sa.String(10), nullable=False, server_default="caller"))
        table.add_column(sa.Column("slot_at", UtcTime(timezone=True)))
        table.add_column(sa.Column("told_until", UtcTime(timezone=True)))
        table.add_column(sa.Column("taken_by_call_id", sa.Integer()))
        table.add_column(sa.Column("pickup_code", sa.String(6)))
    op.drop_index("uq_callbacks_open_promise", "callbacks")
    op.create_index(
        "uq_callbacks_open_promise",
        "callbacks",
        ["number", "department", "holder"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_callbacks_number", "callbacks", ["number"])
    op.create_index("ix_callbacks_promised_at", "callbacks", ["promised_at"])
    op.create_index("ix_callbacks_taken_by_call_id", "callbacks", ["taken_by_call_id"])
    op.create_index("ix_callbacks_slot", "callbacks", ["department", "slot_at"])


def _tables() -> None:
    op.create_table(
        "callback_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("starts_at", UtcTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer()),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_callback_slots"),
        sa.UniqueConstraint("department", "starts_at", name="uq_callback_slots_department"),
    )
    op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer()),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sid", sa.String(34)),
        sa.Column("error_code", sa.Integer()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.Column("job_put_at", UtcTime(timezone=True)),
        sa.Column("claimed_at", UtcTime(timezone=True)),
        sa.Column("ended_at", UtcTime(timezone=True)),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_texts_callback_id_callbacks"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_texts_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sa.UniqueConstraint("sid", name="uq_texts_sid"),
        sa.UniqueConstraint("callback_id", "kind", "occasion", name="uq_texts_callback_id"),
    )
    for column in ("callback_id", "number", "state"):
        op.create_index(f"ix_texts_{column}", "texts", [column])
    op.create_table(
        "blocked_numbers",
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("since", UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_blocked_numbers"),
    )
    op.create_table(
        "refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_at", "refusals", ["at"])
    op.create_index("ix_refusals_number", "refusals", ["number"])


def downgrade() -> None:
    for table in ("refusals", "blocked_numbers", "texts", "callback_slots"):
        op.drop_table(table)
    for index in ("slot", "taken_by_call_id", "promised_at", "number"):
        op.drop_index(f"ix_callbacks_{index}", "callbacks")
    op.drop_index("uq_callbacks_open_promise", "callbacks")
    with op.batch_alter_table("callbacks") as changed:
        for column in ("holder", "origin", "slot_at", "told_until", "taken_by_call_id", "pickup_code"):
            changed.drop_column(column)
    op.create_index(
        "uq_callbacks_open_promise",
        "callbacks",
        ["number", "department"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )

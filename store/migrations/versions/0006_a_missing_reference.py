"""On PostgreSQL the first schema left out that an entry's call is a call"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "fk_line_entries_call_id_calls"


def upgrade() -> None:
    # The two tables refer to each other: what SQLite takes with the table, PostgreSQL wants added afterwards.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(NAME, "line_entries", "calls", ["call_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "line_entries", type_="foreignkey")

"""Why an agent is in a state, and whose caller they had last"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("state_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("agents", sa.Column("last_department", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("agents") as batch_op:
        batch_op.drop_column("last_department")
        batch_op.drop_column("state_reason")

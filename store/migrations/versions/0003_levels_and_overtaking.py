"""How well an agent knows something; how often a caller was overtaken"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent_skills", sa.Column("level", sa.Integer(), nullable=False, server_default="5"))
    op.add_column("line_entries", sa.Column("overtaken", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("line_entries") as batch_op:
        batch_op.drop_column("overtaken")
    with op.batch_alter_table("agent_skills") as batch_op:
        batch_op.drop_column("level")

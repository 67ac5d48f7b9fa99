"""Recorded prompts, stored with the version of the menu that plays them"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("sha256", name=op.f("uq_recordings_sha256")),
    )
    op.create_table(
        "menu_recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("menu_version_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["menu_version_id"], ["menu_versions.id"], name=op.f("fk_menu_recordings_menu_version_id_menu_versions")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_menu_recordings_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_recordings")),
        sa.UniqueConstraint("menu_version_id", "path", name=op.f("uq_menu_recordings_menu_version_id")),
    )


def downgrade() -> None:
    op.drop_table("menu_recordings")
    op.drop_table("recordings")

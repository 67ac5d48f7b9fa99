"""Who put which menu in force, and when; what its phrases teach"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "menu_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("menu_version_id", sa.Integer(), nullable=False),
        sa.Column("at", store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["menu_version_id"], ["menu_versions.id"], name=op.f("fk_menu_publications_menu_version_id_menu_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_publications")),
    )
    op.create_table(
        "menu_lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("menu_version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("encoder", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["menu_version_id"], ["menu_versions.id"], name=op.f("fk_menu_lessons_menu_version_id_menu_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_lessons")),
        sa.UniqueConstraint("menu_version_id", "language", "encoder", name=op.f("uq_menu_lessons_menu_version_id")),
    )
    # The order in which they came into force is the order of the new rows' ids.
    op.execute(
        'INSERT INTO menu_publications (menu_version_id, at, "by", how) '
        "SELECT id, published_at, published_by, 'publish' FROM menu_versions ORDER BY published_at, id"
    )


def downgrade() -> None:
    op.drop_table("menu_lessons")
    op.drop_table("menu_publications")

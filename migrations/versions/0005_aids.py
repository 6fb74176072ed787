"""Job aids and their versions.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid")),
        sa.UniqueConstraint("code", name=op.f("uq_aid_code")),
    )
    op.create_table(
        "aid_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("aid_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=True),
        sa.Column("html", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["aid_id"], ["aid.id"], name=op.f("fk_aid_version_aid_id_aid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_version")),
        sa.UniqueConstraint("aid_id", "number", name=op.f("uq_aid_version_aid_id_number")),
    )
    with op.batch_alter_table("aid") as batch_op:
        batch_op.create_foreign_key(
            "fk_aid_published_id_aid_version", "aid_version", ["published_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("aid") as batch_op:
        batch_op.drop_constraint("fk_aid_published_id_aid_version", type_="foreignkey")
    op.drop_table("aid_version")
    op.drop_table("aid")

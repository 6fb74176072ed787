"""Questions of the content files that were changed on this site; what wrong choices cost by slot.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivered_question",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("editions", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_delivered_question")),
    )
    op.add_column("attempt", sa.Column("penalties", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("attempt", "penalties")
    op.drop_table("delivered_question")

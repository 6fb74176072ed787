"""Questions that were written for another figure leave the draw until somebody has read them.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question", sa.Column("figures", sa.String(length=64), nullable=True))
    op.add_column("question", sa.Column("figures_read", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("question", "figures_read")
    op.drop_column("question", "figures")

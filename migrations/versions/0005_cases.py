"""Questions of a case know their case

Revision ID: 0005
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question") as table:
        table.add_column(sa.Column("case", sa.String(length=40), nullable=True))
        table.create_index(op.f("ix_question_case"), ["case"])


def downgrade() -> None:
    with op.batch_alter_table("question") as table:
        table.drop_index(op.f("ix_question_case"))
        table.drop_column("case")

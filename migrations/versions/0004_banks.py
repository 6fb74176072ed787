"""Questions of an import know their bank

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question") as table:
        table.add_column(sa.Column("bank", sa.String(length=80), nullable=True))
        table.create_index(op.f("ix_question_bank"), ["bank"])


def downgrade() -> None:
    with op.batch_alter_table("question") as table:
        table.drop_index(op.f("ix_question_bank"))
        table.drop_column("bank")

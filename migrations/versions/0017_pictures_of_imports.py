"""Pictures of imported questions: what a check shows, and where they wait.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question_import", sa.Column("pictures", sa.JSON(), nullable=True))
    op.add_column("question_import_row", sa.Column("shown", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("question_import_row", "shown")
    op.drop_column("question_import", "pictures")

"""Roll-ups say what a question was worth on the papers that they count; they are counted anew.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget()


def downgrade() -> None:
    _forget()


def _forget() -> None:
    """Empty the roll-ups: caches, which the chore that keeps them makes from the papers again."""
    op.execute("DELETE FROM answer_tally")
    op.execute("DELETE FROM score_tally")
    op.execute("UPDATE attempt SET counted = false WHERE counted")

"""What happens around a sitting is noted: the page left, something pasted, another device.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "sitting_fact"
APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
        """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
    ),
    "postgresql": (  # the function is there since 0001
        """CREATE TRIGGER {table}_no_update BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
        """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("left", "pasted", "taken-over", name="factkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_sitting_fact_count_from_one")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_sitting_fact_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_fact")),
    )
    op.create_index(op.f("ix_sitting_fact_attempt_id_id"), TABLE, ["attempt_id", "id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(sa.DDL(statement.format(table=TABLE)))


def downgrade() -> None:
    op.drop_table(TABLE)

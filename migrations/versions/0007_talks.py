"""Talks after failed attempts.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER exam_talk_no_update BEFORE UPDATE ON exam_talk
BEGIN SELECT RAISE(ABORT, 'exam_talk is append-only'); END""",
        """CREATE TRIGGER exam_talk_no_delete BEFORE DELETE ON exam_talk
BEGIN SELECT RAISE(ABORT, 'exam_talk is append-only'); END""",
    ),
    "postgresql": (  # the function is there since 0001
        """CREATE TRIGGER exam_talk_no_update BEFORE UPDATE OR DELETE ON exam_talk
FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
        """CREATE TRIGGER exam_talk_no_truncate BEFORE TRUNCATE ON exam_talk
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "exam_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_exam_talk_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_talk_exam_id_exam")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_exam_talk_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_talk")),
    )
    op.create_index(
        op.f("ix_exam_talk_enrolment_id_exam_id"), "exam_talk", ["enrolment_id", "exam_id"]
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("exam_talk")

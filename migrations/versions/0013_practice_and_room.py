"""Practice and its notebook; messages and papers collected while exams run.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

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
        "mistake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("practice", "exam", name="source", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("due_at >= entered_at", name=op.f("ck_mistake_due_after_entry")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mistake_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_mistake_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mistake")),
        sa.UniqueConstraint(
            "person_id", "question_id", name=op.f("uq_mistake_person_id_question_id")
        ),
    )
    op.create_index(op.f("ix_mistake_person_id_due_at"), "mistake", ["person_id", "due_at"])
    op.create_table(
        "practice_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("lesson", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("is_review", sa.Boolean(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_practice_round_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_round")),
    )
    op.create_index(
        op.f("ix_practice_round_person_id_begun_at"), "practice_round", ["person_id", "begun_at"]
    )
    op.create_table(
        "practice_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.Column(
            "rated",
            sa.Enum("again", "hard", "good", "easy", name="rated", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("place >= 1", name=op.f("ck_practice_answer_place_from_one")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_practice_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_practice_answer_question_id_question")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["practice_round.id"],
            name=op.f("fk_practice_answer_round_id_practice_round"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["question_version.id"],
            name=op.f("fk_practice_answer_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_answer")),
        sa.UniqueConstraint("round_id", "place", name=op.f("uq_practice_answer_round_id_place")),
    )
    op.create_index(
        op.f("ix_practice_answer_person_id_question_id"),
        "practice_answer",
        ["person_id", "question_id"],
    )
    op.create_table(
        "collected_paper",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("collected_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("collected_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_collected_paper_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["collected_by_id"],
            ["person.id"],
            name=op.f("fk_collected_paper_collected_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_collected_paper")),
    )
    op.create_table(
        "exam_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_exam_message_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["person.id"], name=op.f("fk_exam_message_sender_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_message")),
    )
    op.create_index(op.f("ix_exam_message_attempt_id_id"), "exam_message", ["attempt_id", "id"])
    op.create_table(
        "exam_message_seen",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["exam_message.id"],
            name=op.f("fk_exam_message_seen_message_id_exam_message"),
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_exam_message_seen")),
    )
    for table in ("exam_message", "exam_message_seen", "collected_paper"):
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table))


def downgrade() -> None:
    for table in (
        "exam_message_seen",
        "exam_message",
        "collected_paper",
        "practice_answer",
        "practice_round",
        "mistake",
    ):
        op.drop_table(table)

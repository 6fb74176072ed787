"""Roll-ups of answers and results, and regrades.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
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
        "answer_tally",
        sa.Column("exam_version_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("read_turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_version_id"],
            ["exam_version.id"],
            name=op.f("fk_answer_tally_exam_version_id_exam_version"),
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_answer_tally_question_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint(
            "exam_version_id", "question_version_id", "is_first", name=op.f("pk_answer_tally")
        ),
    )
    op.create_index(
        "ix_answer_tally_changed",
        "answer_tally",
        ["question_version_id"],
        sqlite_where=sa.text("turn <> read_turn"),
        postgresql_where=sa.text("turn <> read_turn"),
    )
    op.create_index(
        op.f("ix_answer_tally_question_version_id"), "answer_tally", ["question_version_id"]
    )
    op.create_table(
        "question_sign",
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("sign", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_question_sign_question_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint("question_version_id", "sign", name=op.f("pk_question_sign")),
    )
    op.create_index(op.f("ix_question_sign_sign"), "question_sign", ["sign"])
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("ruling", sa.JSON(), nullable=False),
        sa.Column("never_lower", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_regrade_somebody_decides"),
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR checked_at IS NOT NULL", name=op.f("ck_regrade_checked_first")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR decided_at IS NOT NULL", name=op.f("ck_regrade_decided_first")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_regrade_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_regrade_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_version.id"],
            name=op.f("fk_regrade_question_version_id_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_question_version_id"), "regrade", ["question_version_id"])
    op.create_table(
        "score_tally",
        sa.Column("exam_version_id", sa.Integer(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_version_id"],
            ["exam_version.id"],
            name=op.f("fk_score_tally_exam_version_id_exam_version"),
        ),
        sa.PrimaryKeyConstraint("exam_version_id", "is_first", name=op.f("pk_score_tally")),
    )
    op.create_table(
        "regrade_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("mark_before", sa.String(length=120), nullable=True),
        sa.Column("mark_after", sa.String(length=120), nullable=True),
        sa.Column("score_before", sa.String(length=120), nullable=True),
        sa.Column("score_after", sa.String(length=120), nullable=True),
        sa.Column("was_passed", sa.Boolean(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_change_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_change_regrade_id_regrade")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_change")),
        sa.UniqueConstraint(
            "regrade_id", "attempt_id", name=op.f("uq_regrade_change_regrade_id_attempt_id")
        ),
    )
    op.create_index(op.f("ix_regrade_change_attempt_id"), "regrade_change", ["attempt_id"])
    op.create_index(
        "ix_regrade_change_lost",
        "regrade_change",
        ["id"],
        sqlite_where=sa.text("was_passed AND NOT is_passed"),
        postgresql_where=sa.text("was_passed AND NOT is_passed"),
    )
    op.create_table(
        "lost_pass",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["regrade_change.id"], name=op.f("fk_lost_pass_change_id_regrade_change")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_lost_pass_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_lost_pass")),
    )
    op.add_column("attempt", sa.Column("regraded", sa.JSON(), nullable=True))
    op.add_column(
        "attempt", sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_attempt_uncounted",
        "attempt",
        ["exam_id"],
        sqlite_where=sa.text("score IS NOT NULL AND NOT counted"),
        postgresql_where=sa.text("score IS NOT NULL AND NOT counted"),
    )

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement.format(table="lost_pass"))


def downgrade() -> None:
    op.drop_index("ix_attempt_uncounted", table_name="attempt")
    op.drop_column("attempt", "counted")
    op.drop_column("attempt", "regraded")
    op.drop_table("lost_pass")
    op.drop_table("regrade_change")
    op.drop_table("score_tally")
    op.drop_table("regrade")
    op.drop_table("question_sign")
    op.drop_table("answer_tally")

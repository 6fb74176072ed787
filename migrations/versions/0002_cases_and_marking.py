"""Questions of a case know their case; answers that a person marks, and files that were handed in

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question") as table:
        table.add_column(sa.Column("case", sa.String(length=40), nullable=True))
        table.create_index(op.f("ix_question_case"), ["case"])
    op.create_index(
        "ix_attempt_unmarked",
        "attempt",
        ["submitted_at"],
        unique=False,
        sqlite_where=sa.text("score IS NULL AND submitted_at IS NOT NULL"),
        postgresql_where=sa.text("score IS NULL AND submitted_at IS NOT NULL"),
    )
    op.create_table(
        "response_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("suffix", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_response_file_attempt_id_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_file")),
    )
    op.create_index(op.f("ix_response_file_attempt_id"), "response_file", ["attempt_id"])
    op.create_table(
        "marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("met", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_marking_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["person.id"], name=op.f("fk_marking_marker_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking")),
    )
    op.create_index(op.f("ix_marking_attempt_id_slot"), "marking", ["attempt_id", "slot"])
    op.create_table(
        "marking_claim",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_marking_claim_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_marking_claim_person_id_person")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "slot", name=op.f("pk_marking_claim")),
    )
    op.create_table(
        "marking_snippet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_marking_snippet_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_snippet")),
        sa.UniqueConstraint("person_id", "text", name=op.f("uq_marking_snippet_person_id_text")),
    )


def downgrade() -> None:
    for name in ("marking_snippet", "marking_claim", "marking", "response_file"):
        op.drop_table(name)
    op.drop_index("ix_attempt_unmarked", table_name="attempt")
    with op.batch_alter_table("question") as table:
        table.drop_index(op.f("ix_question_case"))
        table.drop_column("case")

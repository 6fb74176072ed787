"""Files with questions that somebody brought, and what each question would do

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("order", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "decided_at IS NULL OR checked_at IS NOT NULL",
            name=op.f("ck_question_import_checked_before"),
        ),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR decided_at IS NULL",
            name=op.f("ck_question_import_one_decision"),
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR decided_at IS NOT NULL",
            name=op.f("ck_question_import_done_when_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_question_import_asked_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_import")),
    )
    op.create_index(op.f("ix_question_import_asked_by_id"), "question_import", ["asked_by_id"])
    op.create_index(op.f("ix_question_import_expires_at"), "question_import", ["expires_at"])
    op.create_table(
        "question_import_row",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("new", "look", "known", "error", name="verdict", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["question_import.id"],
            name=op.f("fk_question_import_row_import_id_question_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_question_import_row")),
    )
    op.create_index(
        op.f("ix_question_import_row_import_id_verdict"),
        "question_import_row",
        ["import_id", "verdict"],
    )


def downgrade() -> None:
    op.drop_table("question_import_row")
    op.drop_table("question_import")

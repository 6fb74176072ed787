"""Drafts of exams, versions made on pages, accommodations, papers question by question.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    empty = {"nullable": False, "server_default": ""}
    op.add_column("exam", sa.Column("imported_digest", sa.String(length=64), **empty))
    # Until now every version came from the files.
    op.execute(
        "UPDATE exam SET imported_digest = "
        "(SELECT digest FROM exam_version WHERE exam_version.id = exam.published_id) "
        "WHERE published_id IS NOT NULL"
    )
    op.add_column("exam_version", sa.Column("author", sa.String(length=80), **empty))
    op.add_column("exam_version", sa.Column("note", sa.String(length=400), **empty))
    op.add_column(
        "attempt", sa.Column("extra_percent", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "attempt",
        sa.Column("is_untimed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("attempt", sa.Column("position", sa.Integer(), nullable=True))
    op.create_table(
        "exam_draft",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_exam_draft_changed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_draft_exam_id_exam")),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_exam_draft")),
    )
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("is_untimed", sa.Boolean(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (unit_id IS NULL)",
            name=op.f("ck_accommodation_person_or_unit"),
        ),
        sa.CheckConstraint(
            "extra_percent BETWEEN 0 AND 200", name=op.f("ck_accommodation_percent_range")
        ),
        sa.CheckConstraint(
            "extra_attempts BETWEEN 0 AND 10", name=op.f("ck_accommodation_attempts_range")
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on",
            name=op.f("ck_accommodation_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"], ["exam.id"], name=op.f("fk_accommodation_exam_id_exam")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_accommodation_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_accommodation_unit_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    op.create_index(op.f("ix_accommodation_person_id"), "accommodation", ["person_id"])
    op.create_index(op.f("ix_accommodation_unit_id"), "accommodation", ["unit_id"])


def downgrade() -> None:
    op.drop_table("accommodation")
    op.drop_table("exam_draft")
    op.drop_column("attempt", "position")
    op.drop_column("attempt", "is_untimed")
    op.drop_column("attempt", "extra_percent")
    op.drop_column("exam_version", "note")
    op.drop_column("exam_version", "author")
    op.drop_column("exam", "imported_digest")

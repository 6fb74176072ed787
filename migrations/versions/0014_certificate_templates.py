"""Templates of certificates.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_look")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_look_code")),
    )
    op.create_table(
        "certificate_look_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["person.id"],
            name=op.f("fk_certificate_look_version_changed_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["person.id"],
            name=op.f("fk_certificate_look_version_published_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["certificate_look.id"],
            name=op.f("fk_certificate_look_version_template_id_certificate_look"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_look_version")),
        sa.UniqueConstraint(
            "template_id", "number", name=op.f("uq_certificate_look_version_template_id_number")
        ),
    )
    op.create_table(
        "certificate_look_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["certificate_look.id"],
            name=op.f("fk_certificate_look_file_template_id_certificate_look"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_look_file")),
        sa.UniqueConstraint(
            "template_id", "name", name=op.f("uq_certificate_look_file_template_id_name")
        ),
    )
    op.create_table(
        "certificate_look_use",
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["certificate_definition.id"],
            name=op.f("fk_certificate_look_use_definition_id_certificate_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["certificate_look.id"],
            name=op.f("fk_certificate_look_use_template_id_certificate_look"),
        ),
        sa.PrimaryKeyConstraint("definition_id", name=op.f("pk_certificate_look_use")),
    )
    op.create_index(
        op.f("ix_certificate_look_use_template_id"), "certificate_look_use", ["template_id"]
    )
    with op.batch_alter_table("certificate") as batch:
        batch.add_column(sa.Column("template_version_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_certificate_template_version_id_certificate_look_version"),
            "certificate_look_version",
            ["template_version_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("certificate") as batch:
        batch.drop_constraint(
            op.f("fk_certificate_template_version_id_certificate_look_version"),
            type_="foreignkey",
        )
        batch.drop_column("template_version_id")
    op.drop_table("certificate_look_use")
    op.drop_table("certificate_look_file")
    op.drop_table("certificate_look_version")
    op.drop_table("certificate_look")

"""Certificates are signed, and carry a credential with a public status.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_status_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revoked", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_status_list")),
    )
    with op.batch_alter_table("certificate_status_list", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_status_list_issuer"), ["issuer"], unique=False
        )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status_list_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_status_list_id_certificate_status_list"),
            "certificate_status_list",
            ["status_list_id"],
            ["id"],
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_certificate_status_list_id_status_index"),
            ["status_list_id", "status_index"],
        )
    with op.batch_alter_table("certificate_pdf", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credential", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("signed_by", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certificate_pdf", schema=None) as batch_op:
        batch_op.drop_column("signed_by")
        batch_op.drop_column("credential")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("uq_certificate_status_list_id_status_index"), type_="unique"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_status_list_id_certificate_status_list"),
            type_="foreignkey",
        )
        batch_op.drop_column("status_index")
        batch_op.drop_column("status_list_id")
    op.drop_table("certificate_status_list")

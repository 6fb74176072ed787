"""Versions of certificate definitions, renewals and re-issues.

Revision ID: 0015
Revises: 0014
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
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
VERSION = "certificate_definition_version"
EARLIER = (  # with the person, of whom there is an index
    "certificate o WHERE o.definition_id = certificate.definition_id"
    " AND o.person_id = certificate.person_id AND o.enrolment_id = certificate.enrolment_id"
    " AND o.id < certificate.id"
)


def upgrade() -> None:
    with op.batch_alter_table("certificate_definition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft", sa.JSON(), nullable=True))
    op.create_table(
        VERSION,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["certificate_definition.id"],
            name=op.f("fk_certificate_definition_version_definition_id_certificate_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["person.id"],
            name=op.f("fk_certificate_definition_version_published_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_definition_version")),
        sa.UniqueConstraint(
            "definition_id",
            "number",
            name=op.f("uq_certificate_definition_version_definition_id_number"),
        ),
    )
    _first_versions()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement.format(table=VERSION))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reissue_of_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_version_id_certificate_definition_version"),
            VERSION,
            ["version_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_reissue_of_id_certificate"),
            "certificate",
            ["reissue_of_id"],
            ["id"],
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_certificate_reissue_of_id"), ["reissue_of_id"]
        )
    op.execute(
        "UPDATE certificate SET version_id = (SELECT id FROM certificate_definition_version"
        " WHERE certificate_definition_version.definition_id = certificate.definition_id)"
    )
    # Nothing before this revision issues anew: two for one run are what a downgrade has left, which
    # forgot that the later one takes the place of the one before it.
    op.execute(
        f"UPDATE certificate SET reissue_of_id = (SELECT max(o.id) FROM {EARLIER})"  # noqa: S608  fixed words
        f" WHERE EXISTS (SELECT 1 FROM {EARLIER})"
    )
    op.create_index(
        "uq_certificate_earned",
        "certificate",
        ["definition_id", "enrolment_id"],
        unique=True,
        sqlite_where=sa.text("reissue_of_id IS NULL"),
        postgresql_where=sa.text("reissue_of_id IS NULL"),
    )
    op.create_table(
        "certificate_renewal",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_renewal_certificate_id_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_certificate_renewal_enrolment_id_enrolment"),
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_renewal")),
    )


def _first_versions() -> None:
    """What each kind says now is its first version; when it was imported, nobody knows any more."""
    kinds = sa.table(
        "certificate_definition",
        sa.column("id", sa.Integer()),
        sa.column("settings", sa.JSON()),
        sa.column("digest", sa.String()),
    )
    versions = sa.table(
        VERSION,
        sa.column("definition_id", sa.Integer()),
        sa.column("number", sa.Integer()),
        sa.column("settings", sa.JSON()),
        sa.column("digest", sa.String()),
        sa.column("published_at", sa.DateTime()),
        sa.column("note", sa.String()),
    )
    at = datetime.now(UTC).replace(tzinfo=None)
    rows = op.get_bind().execute(sa.select(kinds).order_by(kinds.c.id)).all()
    for row in rows:
        op.get_bind().execute(
            versions.insert().values(
                definition_id=row.id,
                number=1,
                settings=row.settings,
                digest=row.digest,
                published_at=at,
                note="",
            )
        )


def downgrade() -> None:
    op.drop_table("certificate_renewal")
    op.drop_index("uq_certificate_earned", table_name="certificate")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_certificate_reissue_of_id"), type_="unique")
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_reissue_of_id_certificate"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_version_id_certificate_definition_version"),
            type_="foreignkey",
        )
        batch_op.drop_column("reissue_of_id")
        batch_op.drop_column("version_id")
    op.drop_table(VERSION)
    with op.batch_alter_table("certificate_definition", schema=None) as batch_op:
        batch_op.drop_column("draft")

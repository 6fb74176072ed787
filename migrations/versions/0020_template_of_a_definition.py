"""A version of a kind of certificate names the template that it is printed with.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

VERSION, USE = "certificate_definition_version", "certificate_look_use"
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
UNPROTECT = {
    "sqlite": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
    "postgresql": (
        "DROP TRIGGER {table}_no_update ON {table}",
        "DROP TRIGGER {table}_no_truncate ON {table}",
    ),
}
LATEST = (
    "certificate_definition_version.number = (SELECT max(o.number) FROM certificate_definition_version o"
    " WHERE o.definition_id = certificate_definition_version.definition_id)"
)


def upgrade() -> None:
    _run(UNPROTECT)
    with op.batch_alter_table(VERSION, schema=None) as batch_op:
        batch_op.add_column(sa.Column("template_version_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_definition_version_template_version_id_certificate_look_version"),
            "certificate_look_version",
            ["template_version_id"],
            ["id"],
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_definition_version_template_version_id"),
            ["template_version_id"],
            unique=False,
        )
    # What each kind is printed with now, its latest version says; earlier ones keep silent.
    op.execute(
        "UPDATE certificate_definition_version SET template_version_id = ("
        "SELECT v.id FROM certificate_look_version v"
        " JOIN certificate_look_use u ON u.template_id = v.template_id"
        " WHERE u.definition_id = certificate_definition_version.definition_id"
        " AND v.published_at IS NOT NULL ORDER BY v.number DESC LIMIT 1)"
        f" WHERE {LATEST}"  # noqa: S608  fixed words
    )
    _run(APPEND_ONLY)
    op.drop_index(op.f("ix_certificate_look_use_template_id"), table_name=USE)
    op.drop_table(USE)


def downgrade() -> None:
    op.create_table(
        USE,
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
        op.f("ix_certificate_look_use_template_id"), USE, ["template_id"], unique=False
    )
    op.execute(
        "INSERT INTO certificate_look_use (definition_id, template_id)"
        " SELECT certificate_definition_version.definition_id, v.template_id"
        " FROM certificate_definition_version JOIN certificate_look_version v"
        " ON v.id = certificate_definition_version.template_version_id"
        f" WHERE {LATEST}"  # noqa: S608  fixed words
    )
    _run(UNPROTECT)
    with op.batch_alter_table(VERSION, schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_definition_version_template_version_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_definition_version_template_version_id_certificate_look_version"),
            type_="foreignkey",
        )
        batch_op.drop_column("template_version_id")
    _run(APPEND_ONLY)


def _run(statements: dict[str, tuple[str, ...]]) -> None:
    for statement in statements[op.get_bind().dialect.name]:
        op.execute(statement.format(table=VERSION))

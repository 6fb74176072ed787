"""The database refuses to change or delete what happened to a certificate, and its PDF.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("certificate_event", "certificate_pdf")
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


def upgrade() -> None:
    _run(APPEND_ONLY)


def downgrade() -> None:
    _run(UNPROTECT)


def _run(statements: dict[str, tuple[str, ...]]) -> None:
    for table in TABLES:
        for statement in statements[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table))

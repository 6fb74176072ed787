"""Tables whose rows are evidence: the database itself refuses to change or delete one.

Triggers, because no care taken in Python stops a hand in the database. Whoever may drop a trigger
can still tamper; the hash chain of the training record shows that.
"""

from sqlalchemy import DDL, Table, event

SQLITE = (
    """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
    """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
)
POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER {table}_no_update BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)
TRIGGERS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
"""Dialect -> statements, in order, with ``{table}`` for the table's name."""

UNPROTECT = {
    "sqlite": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
    "postgresql": (
        "DROP TRIGGER {table}_no_update ON {table}",
        "DROP TRIGGER {table}_no_truncate ON {table}",
    ),
}
"""Takes the triggers off again: for a migration that has to rebuild the table."""


def protect(table: object) -> None:
    """Make the database refuse to change or delete rows of `table`, from its creation on.

    Args:
        table: of a model: ``Model.__table__``.
    """
    assert isinstance(table, Table)
    for dialect, statements in TRIGGERS.items():
        for statement in statements:
            # DDL fills in % itself, so that what is meant for the database is doubled.
            text = statement.format(table=table.name).replace("%", "%%")
            ddl = DDL(text)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))

"""The database's schema: which revisions there are, and the way up to this release's own.

Alembic, which goes that way, is loaded only then: the web process would carry it for all its life.
What revisions there are, the names of the files say; a test compares them with what is in them.
"""

from functools import cache

from flask import Flask, current_app

from lms.config import PROJECT
from lms.core.db import db, frozen_type

MIGRATIONS = str(PROJECT / "migrations")


@cache
def revisions() -> tuple[str, ...]:
    """Return every revision that this release knows, the first one first."""
    files = sorted((PROJECT / "migrations" / "versions").glob("[0-9]*_*.py"))
    return tuple(each.name.partition("_")[0] for each in files)


def head() -> str:
    """Return the revision that this release's database has."""
    return revisions()[-1]


def is_known(revision: str) -> bool:
    """Whether this release can bring a database of that revision up to its own."""
    return revision in revisions()


def init_app(app: Flask) -> None:
    """Let this application migrate: ``flask db`` and `upgrade` need it, pages do not."""
    from flask_migrate import Migrate  # noqa: PLC0415  see above

    Migrate(
        app,
        db,
        render_as_batch=True,
        compare_server_default=True,
        render_item=frozen_type,
        transactional_ddl=True,
    )


def upgrade() -> None:
    """Bring the database to this release's revision: all of it, or, on an error, none of it.

    Raises:
        sqlalchemy.exc.DBAPIError: a statement failed.
        RuntimeError: references would lead nowhere.
    """
    if "migrate" not in current_app.extensions:
        init_app(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
    from flask_migrate import upgrade as go_up  # noqa: PLC0415  see above

    go_up(directory=MIGRATIONS)

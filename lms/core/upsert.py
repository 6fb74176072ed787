"""INSERT … ON CONFLICT for whichever database there is."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from lms.core.db import db


def insert(table: Any) -> PostgresInsert | SqliteInsert:
    """Return an INSERT that knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    if db.engine.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)

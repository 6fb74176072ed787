"""The database as of one moment, in a file, while people go on working."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url, text

from lms.admin.backup import postgres
from lms.core import flushing, site
from lms.core.db import db


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known about the copy of a database."""

    kind: str
    """``sqlite`` or ``postgresql``."""
    revision: str
    """Of its schema; empty if it was never migrated."""
    rows: dict[str, int]
    """Table -> how many rows it has."""


def kind() -> str:
    """Return what kind of database the site uses."""
    return make_url(site.settings().database_url).get_backend_name()


def size_bytes() -> int:
    """Return about how large a copy will be."""
    if kind() == "sqlite":
        file = Path(make_url(site.settings().database_url).database or "")
        return sum(part.stat().st_size for part in (file, Path(f"{file}-wal")) if part.exists())
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def take(target: Path) -> Snapshot:
    """Write a copy of the database to a file that is not there yet; nobody waits for it.

    Raises:
        BackupError: PostgreSQL's program for it is missing or failed.
    """
    return _take_sqlite(target) if kind() == "sqlite" else _take_postgresql(target)


def _take_sqlite(target: Path) -> Snapshot:
    """Copy piece by piece, all as of one moment: within a read that lasts until the end.

    Without it, copying would begin anew whenever someone writes. Outside the writers' gate: a
    reader of a log keeps nobody from writing.
    """
    taken = db.engine.raw_connection()
    try:
        source: Any = taken.driver_connection
        copy = type(source)(str(target), isolation_level=None)
        try:
            copy.execute("PRAGMA synchronous = OFF")  # a scratch file: a crash begins anew
            with _one_read(source), target.open("rb") as written:
                size = source.execute("PRAGMA page_size").fetchone()[0]
                flusher = flushing.Flusher()
                source.backup(
                    copy,
                    pages=flushing.PIECE // size,
                    progress=lambda *_: flusher.wrote(flushing.PIECE, written.fileno()),
                )
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            return Snapshot("sqlite", *_known(copy))
        finally:
            copy.close()
    finally:
        taken.close()


@contextmanager
def _one_read(source: Any) -> Iterator[None]:
    """Keep a connection's view of the database as it is now."""
    source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
    finally:
        source.execute("ROLLBACK")


def _known(copy: Any) -> tuple[str, dict[str, int]]:
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [name for (name,) in copy.execute(listed)]
    rows = {
        name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  its own
        for name in names
    }
    if "alembic_version" not in rows:
        return "", rows
    found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return (found[0] if found else ""), rows


def _take_postgresql(target: Path) -> Snapshot:
    isolated = db.engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    with isolated.connect() as connection:
        exported = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        server = postgres.major_of(connection)
        postgres.dump(make_url(site.settings().database_url), target, snapshot=exported,
                      server=server)  # fmt: skip
        return Snapshot("postgresql", revision_of(connection), rows_of(connection))


def rows_of(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    names = inspect(connection).get_table_names()
    return {
        name: int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)  # noqa: S608
        for name in names
    }


def revision_of(connection: Connection) -> str:
    """Return the revision of a database's schema; empty if it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found or "")

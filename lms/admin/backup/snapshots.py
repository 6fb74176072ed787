"""The database as of one moment, in a file, while people go on working."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, inspect, make_url, text

from lms.admin.backup import postgres, programs
from lms.admin.backup.programs import Note
from lms.core import flushing, gate, site
from lms.core.db import db

TRIES = 20
"""How often the database's own file is tried for before a copy is made."""
PAUSE = 0.1
"""Seconds between two tries."""


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


@contextmanager
def taken(scratch: Path, note: Note = programs.ignore) -> Iterator[tuple[BinaryIO, Snapshot]]:
    """Give a file with the database as of one moment; it does not change until the end.

    Nobody waits for it, and it for nobody. On SQLite it is the site's own file, if that holds
    everything: what is committed meanwhile stays in the log. Where somebody has been reading or
    writing for long, it is a copy.

    Args:
        scratch: an empty folder, for whatever has to be written.
        note: is called now and then while a copy is made.

    Raises:
        BackupError: PostgreSQL's program for it is missing or failed.
    """
    if kind() != "sqlite":
        target = scratch / "database"
        snapshot = _dumped(target, note)
        with target.open("rb") as file:
            yield file, snapshot
        return
    with _connected() as source:
        if (own := _held_still(source)) is not None:
            try:
                yield _never_closed(own), Snapshot("sqlite", *_known(source))
            finally:
                source.execute("ROLLBACK")
        else:
            target = scratch / "database"
            snapshot = _copied(source, target, note)
            with target.open("rb") as file:
                yield file, snapshot


@cache
def _opened(file: Path, _inode: int) -> int:
    return os.open(file, os.O_RDONLY | os.O_CLOEXEC)


def _never_closed(file: Path) -> BinaryIO:
    """Open the database's own file, once in this process and for all its life.

    Closing any descriptor of a file takes all of the process's locks on it away (POSIX), and with
    them what keeps others from believing that nobody uses the database any more: they would
    delete its log. (SQLite, How To Corrupt An SQLite Database File, 2.2.)
    """
    return open(_opened(file, file.stat().st_ino), "rb", closefd=False)


@contextmanager
def _connected() -> Iterator[Any]:
    """Give a connection of the driver's own."""
    pooled = db.engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


def _held_still(source: Any) -> Path | None:
    """Begin a read that keeps the database's file as it is, with everything in it.

    While it lasts, nobody can move later changes from the log into the file. That all earlier ones
    are there already, the checkpoint says: it moves what the read sees, as far as no older reader
    is in the way. (SQLite, Write-Ahead Logging, 2.2 Concurrency.)

    Returns:
        The file; None if older readers, or whoever writes, were in the way all the time.
    """
    file = Path(make_url(site.settings().database_url).database or "")
    with _connected() as mover:
        for _time in range(TRIES):
            with gate.beside(str(file)).held_if_free() as is_alone:
                if is_alone and _is_held(source, mover):
                    return file
            time.sleep(PAUSE)
    return None


def _is_held(source: Any, mover: Any) -> bool:
    _begin_to_read(source)
    busy, logged, moved = mover.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if busy or logged != moved:
        source.execute("ROLLBACK")
        return False
    return True


def _copied(source: Any, target: Path, note: Note) -> Snapshot:
    """Copy piece by piece, all as of one moment: within a read that lasts until the end.

    Without it, copying would begin anew whenever someone writes. Outside the writers' gate: a
    reader of a log keeps nobody from writing.
    """
    copy = type(source)(str(target), isolation_level=None)
    try:
        copy.execute("PRAGMA synchronous = OFF")  # a scratch file: a crash begins anew
        with _one_read(source), target.open("rb") as written:
            size = source.execute("PRAGMA page_size").fetchone()[0]
            flusher = flushing.Flusher()

            def each_piece(*_: int) -> None:
                flusher.wrote(flushing.PIECE, written.fileno())
                note(flushing.PIECE)

            source.backup(copy, pages=flushing.PIECE // size, progress=each_piece)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        return Snapshot("sqlite", *_known(copy))
    finally:
        copy.close()


@contextmanager
def _one_read(source: Any) -> Iterator[None]:
    """Keep a connection's view of the database as it is now."""
    _begin_to_read(source)
    try:
        yield
    finally:
        source.execute("ROLLBACK")


def _begin_to_read(source: Any) -> None:
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read is its moment


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


def _dumped(target: Path, note: Note) -> Snapshot:
    isolated = db.engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    with isolated.connect() as connection:
        exported = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        server = postgres.major_of(connection)
        postgres.dump(make_url(site.settings().database_url), target, snapshot=exported,
                      server=server, note=note)  # fmt: skip
        return Snapshot("postgresql", revision_of(connection), rows_of(connection, note))


def rows_of(connection: Connection, note: Note = programs.ignore) -> dict[str, int]:
    """Return how many rows each table has."""
    rows = {}
    for name in inspect(connection).get_table_names():
        rows[name] = int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)  # noqa: S608
        note(0)
    return rows


def revision_of(connection: Connection) -> str:
    """Return the revision of a database's schema; empty if it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found or "")

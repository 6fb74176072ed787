"""The way back: a backup takes the place of the site's data, which is kept aside.

What comes is restored and examined in a scratch place before anything is touched. Then a mark is
set, without which nothing could tell a half exchanged directory from an empty one; it keeps the
site from starting until the exchange is complete, and doing it again completes it.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from lms.accounts import services as accounts
from lms.admin.backup import archive, creating, postgres, programs, rules, snapshots, trying
from lms.admin.backup.errors import BackupError, because
from lms.admin.backup.programs import Note
from lms.admin.backup.trying import Tried
from lms.config import SETTINGS_FILE
from lms.core import audit, clock, flushing, presence, schema, site
from lms.core.db import alive, db

FROM_BACKUP = f"{SETTINGS_FILE}.from-backup"
"""Settings describe a machine: those that are there stay, and the backup's lie beside them."""
TRIES = 10
PAUSE = 0.2
"""Seconds between two looks at who is connected."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    summary: dict[str, Any]
    kept_in: str
    """Where the data is that was there before: a folder, and a schema on PostgreSQL."""
    has_other_settings: bool
    """Whether the backup's settings differ from those in force: see `FROM_BACKUP`."""


@contextmanager
def prepared(path: Path, note: Note = programs.ignore) -> Iterator[Tried]:
    """Try a backup out, with everyone else shut out; nothing is touched yet.

    Raises:
        BackupError: it is damaged, newer than this release, or of another kind of database.
        InUseError: the site is running.
    """
    with presence.alone(site.settings().data_dir):
        if snapshots.kind() == "postgresql":
            _refuse_company()
            _refuse_foreign_schema()
        with trying.tried(path, note) as copy:
            if copy.findings:
                raise BackupError(*copy.findings)
            yield copy


def exchange(copy: Tried, path: Path, *, at: datetime | None = None) -> Restored:
    """Put what `prepared` gave in place of the site's data, and sign everyone out.

    Args:
        copy: the backup, tried out.
        path: its archive.
        at: now.

    Raises:
        BackupError: everything is as it was; or, where the reason is ``cut-short``, nobody knows,
            and the mark keeps the site from starting.
    """
    at = at or clock.now()
    folder = site.settings().data_dir
    stamp = at.astimezone(UTC).strftime(rules.STAMP)
    aside = folder / f"{archive.ASIDE}{stamp}"
    mark = folder / presence.UNFINISHED
    mark.write_text(str(path.resolve()), "utf-8")
    flushing.flush_names(folder)
    db.session.remove()
    db.engine.dispose()
    aside.mkdir(mode=0o700)
    try:
        done = _exchange(copy, path, aside, stamp, at)
    except BackupError:  # from where the earlier data can be put back, and was
        aside.rmdir()
        _remove(mark)
        raise
    except (DBAPIError, OSError) as error:
        raise because("cut-short", said=str(getattr(error, "orig", error)).strip()) from error
    _remove(mark)
    return done


def _remove(mark: Path) -> None:
    mark.unlink()
    flushing.flush_names(mark.parent)


def _exchange(copy: Tried, path: Path, aside: Path, stamp: str, at: datetime) -> Restored:
    kept_in = str(aside)
    if copy.manifest.snapshot.kind == "postgresql":
        kept_in += ", " + _exchange_schema(copy, stamp)
    own_settings = _exchange_files(copy, aside)
    accounts.end_all_sign_ins(at=at)
    audit.note("backup.restored", kind="backup", object_id=path.name[:64], actor_id=None, at=at,
               made_at=copy.manifest.made_at, kept_in=kept_in)  # fmt: skip
    return Restored(copy.summary, kept_in, own_settings)


def _exchange_files(copy: Tried, aside: Path) -> bool:
    """Move the old files aside and the new ones in; return whether settings differ."""
    folder = site.settings().data_dir
    settings = folder / SETTINGS_FILE
    old = settings.read_bytes() if settings.exists() else None
    for path in list(archive.own_entries(folder, but=creating.not_ours())):
        if path != settings:
            place = aside / path.relative_to(folder)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(place)
    database = make_url(site.settings().database_url).database or ""
    for each in ("data", "keys"):
        for path in sorted((copy.folder / each).glob("*")):
            is_settings = each == "keys" and path.name == SETTINGS_FILE and old is not None
            _move_in(path, folder / (FROM_BACKUP if is_settings else path.name))
    if copy.manifest.snapshot.kind == "sqlite":
        _exchange_sqlite(copy.folder / archive.DATABASE, Path(database), aside)
    os.sync()  # thousands of small files: all of them are on the disk before the mark goes
    other = folder / FROM_BACKUP
    if other.exists() and other.read_bytes() == old:
        other.unlink()
    return other.exists()


def _move_in(path: Path, target: Path) -> None:
    """Move a file or folder to its place; a folder that has stayed there takes what was in it."""
    if not target.is_dir():
        path.rename(target)
        return
    for inner in sorted(path.iterdir()):
        _move_in(inner, target / inner.name)


def _exchange_sqlite(new: Path, database: Path, aside: Path) -> None:
    """Put the database in its place, which need not be in the data directory."""
    for end in ("", "-wal", "-shm", "-journal"):
        if (old := Path(f"{database}{end}")).exists():
            shutil.move(old, aside / old.name)
    for end in ("", "-wal"):
        if (part := Path(f"{new}{end}")).exists():
            shutil.move(part, f"{database}{end}")


def _exchange_schema(copy: Tried, stamp: str) -> str:
    """Rename the schema that is there and bring the backup into a new one; return the old's name.

    A rename, not another database: it takes no right but to the database itself, and what was set
    for the database stays. If the backup does not go in after all, the old schema comes back.

    Raises:
        BackupError: it did not go in; the schema is the one that was there.
        DBAPIError: the database went away in the middle.
    """
    old = f"{postgres.ASIDE}{stamp.lower()}"
    url = make_url(site.settings().database_url)
    engine = create_engine(url, connect_args=alive(url))
    try:
        server = _set_aside(engine, old)
        try:
            postgres.restore(copy.folder / archive.DATABASE, url, server=server)
        except BackupError:
            with engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text(f"ALTER SCHEMA {old} RENAME TO public"))
            raise
    finally:
        engine.dispose()
    if copy.manifest.snapshot.revision:
        schema.upgrade()
        db.session.remove()
    return old


def _set_aside(engine: Engine, old: str) -> int:
    """Rename the schema and make an empty one; return the server's version."""
    try:
        with engine.begin() as connection:
            server = postgres.major_of(connection)
            connection.execute(text(f"ALTER SCHEMA public RENAME TO {old}"))
            connection.execute(text("CREATE SCHEMA public"))
    except DBAPIError as error:
        if error.connection_invalidated:  # it may have been committed: nobody can tell any more
            raise
        raise because("not-set-aside", said=str(error.orig).strip()) from None
    return server


def _refuse_foreign_schema() -> None:
    """Refuse where the schema is somebody else's: it could not be renamed."""
    asked = text(
        "SELECT pg_has_role(nspowner, 'USAGE')"
        " AND has_database_privilege(current_database(), 'CREATE'),"
        " quote_ident(current_user), quote_ident(current_database())"
        " FROM pg_namespace WHERE nspname = 'public'"
    )
    with db.engine.connect() as connection:
        found = connection.execute(asked).one_or_none()
    db.engine.dispose()
    if found is not None and not found[0]:
        raise because("not-owner", user=found[1], database=found[2])


def _company(connection: Connection) -> int:
    """Return how many others are connected: people's processes, and not the server's own.

    What another user's is, only some may see: then it counts. The server's own have no user.
    """
    others = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
    )
    return int(connection.scalar(others) or 0)


def _refuse_company() -> None:
    """Refuse while others are connected: the site may run on another host."""
    db.session.remove()
    db.engine.dispose()
    count = 0
    for _try in range(TRIES):  # who has just left may still be counted
        with db.engine.connect() as connection:
            count = _company(connection)
        db.engine.dispose()
        if not count:
            return
        time.sleep(PAUSE)
    raise because("others-connected", count=count)

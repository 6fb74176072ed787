"""Uploaded files with people, kept until their bringer has decided, and for a while after.

Beside the database, under a name of our own: what the person calls the file is never a path.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, select

from lms.accounts.models import PeopleImport, PeopleImportRow
from lms.core import clock, disk
from lms.core.chores import every
from lms.core.db import db, transaction

KEPT = timedelta(days=3)


def write(content: bytes) -> str:
    """Store a file durably, outside any transaction; return its name.

    Raises:
        NoRoomForFilesError: the disk is almost full.
    """
    disk.need_room_for_files()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    with (folder / name).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name


def read(stored_as: str) -> bytes:
    """Return the bytes of a stored file; none, if it was swept away meanwhile."""
    path = _folder() / stored_as
    return path.read_bytes() if path.exists() else b""


@every(timedelta(hours=1))
def sweep() -> None:
    """Forget imports that have expired, with their rows, and files that no import speaks of."""
    now = clock.now()
    with transaction():
        gone = select(PeopleImport.id).where(PeopleImport.expires_at <= now)
        ids = list(db.session.scalars(gone))
        db.session.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id.in_(ids)))
        db.session.execute(delete(PeopleImport).where(PeopleImport.id.in_(ids)))
        known = set(db.session.scalars(select(PeopleImport.stored_as)))
    folder = _folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        age = now.timestamp() - path.stat().st_mtime
        if path.name not in known and age > timedelta(days=1).total_seconds():
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(current_app.instance_path) / "imports"

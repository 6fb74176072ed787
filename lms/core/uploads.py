"""Files between a person and a job, either way, kept until they are done with, and for a while after.

Beside the database, a folder per kind, under names of our own: what a person calls a file is never
a path.
"""

import os
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from lms.core import disk, flushing

KEPT = timedelta(days=3)
SPARED = timedelta(days=1)
"""So long a file may be without a row that speaks of it: the row may be on its way."""


def write(folder: str, content: bytes) -> str:
    """Store a file durably, outside any transaction; return its name.

    Raises:
        NoRoomForFilesError: the disk is almost full.
    """
    disk.need_room_for_files()
    place = _place(folder)
    flushing.make_folder(place)
    name = secrets.token_hex(16)
    with (place / name).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    flushing.flush_names(place)
    return name


def read(folder: str, stored_as: str) -> bytes:
    """Return the bytes of a stored file; none, if it was swept away meanwhile."""
    path = path_of(folder, stored_as)
    return path.read_bytes() if path.exists() else b""


def path_of(folder: str, stored_as: str) -> Path:
    """Return where a stored file lies."""
    return _place(folder) / stored_as


def sweep(folder: str, known: Collection[str], *, at: datetime) -> None:
    """Remove the files that nothing speaks of any more."""
    place = _place(folder)
    for path in place.iterdir() if place.is_dir() else ():
        age = at.timestamp() - path.stat().st_mtime
        if path.name not in known and age > SPARED.total_seconds():
            path.unlink(missing_ok=True)


def _place(folder: str) -> Path:
    return Path(current_app.instance_path) / folder

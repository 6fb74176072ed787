"""Room on the disk under the data directory: what can wait is refused first, answers never.

With a tenth of the disk left (or 1 GiB, where that is less) uploads and exports are refused; with
3 % left (or 300 MiB) exams do not start either. An answer to a running exam is never refused
before the disk is really full.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core import site
from lms.core.errors import LmsError

MIB = 1024 * 1024
GIB = 1024 * MIB
FILES_SHARE, FILES_BYTES = 0.10, GIB
"""Uploads and exports need as much free: the smaller of the two, for disks of any size."""
EXAMS_SHARE, EXAMS_BYTES = 0.03, 300 * MIB
"""An exam needs as much free to start."""


class NoRoomForFilesError(LmsError):
    """Too little is left for an upload or an export."""

    code = "no-room-for-files"
    status = HTTPStatus.INSUFFICIENT_STORAGE
    message = _(
        "The disk of the server is almost full, so no files are taken in or made. Nothing was "
        "changed. Tell the administrator, and try again later."
    )


class NoRoomForExamsError(LmsError):
    """Too little is left to begin an exam: its answers need room."""

    code = "no-room-for-exams"
    status = HTTPStatus.INSUFFICIENT_STORAGE
    message = _(
        "The disk of the server is almost full, so no exam starts now: its answers could not be "
        "kept. No attempt was used. Tell the administrator, and try again later."
    )


@dataclass(frozen=True, slots=True)
class Disk:
    """How a disk stands."""

    free_bytes: int
    total_bytes: int

    @property
    def has_room_for_files(self) -> bool:
        """Whether uploads and exports may go on."""
        return self.free_bytes >= min(FILES_SHARE * self.total_bytes, FILES_BYTES)

    @property
    def has_room_for_exams(self) -> bool:
        """Whether an exam may start."""
        return self.free_bytes >= min(EXAMS_SHARE * self.total_bytes, EXAMS_BYTES)


def state() -> Disk:
    """Look at the disk under the data directory."""
    usage = shutil.disk_usage(site.settings().data_dir)
    return Disk(usage.free, usage.total)


def need_room_for_files() -> None:
    """Refuse what would fill the disk further and can wait.

    Raises:
        NoRoomForFilesError: too little is left.
    """
    if not state().has_room_for_files:
        raise NoRoomForFilesError


def need_room_for_exams() -> None:
    """Refuse to begin what must not be interrupted.

    Raises:
        NoRoomForExamsError: too little is left.
    """
    if not state().has_room_for_exams:
        raise NoRoomForExamsError


def is_writable() -> bool:
    """Try it: permissions alone do not tell, for a disk may be mounted for reading."""
    folder = site.settings().data_dir
    if not os.access(folder, os.W_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError:
        return False
    return True

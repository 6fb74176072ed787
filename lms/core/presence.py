"""Who works with a data directory: many at once, or one alone who exchanges it.

A lock of the kernel on a file in it, so that a process that is killed leaves nothing behind.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _

from lms.core.errors import LmsError

LOCK = "site.lock"
UNFINISHED = "restore.unfinished"
"""In the data directory while it is exchanged; holds the archive's path."""


class InUseError(LmsError):
    """Someone else works with the data directory."""

    code: ClassVar[str] = "data-in-use"
    message: ClassVar[LazyString] = _(
        "Stairway is running on the data in %(folder)s. Stop it first, with its job processes."
    )


class BeingRestoredError(LmsError):
    """The data directory is being exchanged, or was left half exchanged."""

    code = "being-restored"
    message = _(
        "The data in %(folder)s is being restored, or a restore was interrupted. Wait for it, or "
        "finish it: flask --app app backup restore %(file)s"
    )


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Work with a data directory; others may do so too.

    Raises:
        BeingRestoredError: it is being exchanged, or was left half exchanged.
    """
    with (folder / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingRestoredError(folder=folder, file="FILE") from None
        if (mark := folder / UNFINISHED).exists():
            raise BeingRestoredError(folder=folder, file=mark.read_text("utf-8"))
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Work with a data directory and keep everyone else out.

    Raises:
        InUseError: someone works with it.
    """
    with (folder / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(folder=folder) from None
        yield

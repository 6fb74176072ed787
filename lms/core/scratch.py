"""Folders for what is needed only while somebody works, in ``tmp/`` of the data directory.

Each is locked by whoever uses it. The kernel lets go of the lock when that process has ended, however
that came: what is not locked was left behind, and may be swept away by anybody.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

NAME = "tmp"


def place_in(data_dir: Path) -> Path:
    """Return where these folders lie, which may be a disk of its own."""
    place = data_dir / NAME
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


@contextmanager
def folder(data_dir: Path, *, prefix: str) -> Iterator[Path]:
    """Give an empty folder of one's own; it vanishes at the end."""
    place = place_in(data_dir)
    while True:
        own = Path(mkdtemp(dir=place, prefix=prefix))
        if (lock := _locked(own)) is not None:
            break  # else somebody who sweeps was faster
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        os.close(lock)


def sweep(data_dir: Path) -> None:
    """Remove the folders that nobody uses any more, and leave the others alone."""
    for path in (data_dir / NAME).glob("*"):
        if path.is_dir() and not path.is_symlink() and (lock := _locked(path)) is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _locked(path: Path) -> int | None:
    """Lock a folder; return what keeps it locked while it is open, or None: another one has it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if not path.exists():
        os.close(descriptor)
        return None
    return descriptor

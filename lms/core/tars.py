"""Tar archives: written piece by piece with the hash of each member, and read as hostile ones.

Nothing in them is compressed: such an archive cannot unpack to more than it is.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from lms.core import flushing
from lms.core.archives import leads_elsewhere

PIECE = 1024 * 1024
LONGEST_NAME = 400
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
"""Types of members that are taken: no links, no devices, no sparse files, which are larger than
they look."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    size_bytes: int
    sha256: str


class StrangeMemberError(Exception):
    """An archive holds what no archive of ours does; the argument is its name."""


class NoArchiveError(Exception):
    """A file is no tar archive at all."""


class BrokenMemberError(Exception):
    """A member ends too early; the argument is its name."""


class Packer:
    """Writes an archive; `members` has what went in."""

    def __init__(self, file: BinaryIO, each_piece: Callable[[int], object]) -> None:
        """Begin an archive.

        Args:
            file: open for writing, at its beginning.
            each_piece: is told how many bytes were read, every `PIECE`.
        """
        self.members: dict[str, Member] = {}
        self._each_piece = each_piece
        self._tar = tarfile.TarFile(
            fileobj=file, mode="w", format=tarfile.GNU_FORMAT, copybufsize=PIECE
        )

    def add(self, name: str, source: Path) -> None:
        """Add a file under a name of ours.

        Raises:
            FileNotFoundError: it has gone; nothing was written.
        """
        with source.open("rb") as file:
            self.add_open(name, file)

    def add_open(self, name: str, file: BinaryIO) -> None:
        """Add an open file from its beginning; it stays open."""
        file.seek(0)
        self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add what is no file yet."""
        self._add(name, io.BytesIO(content), len(content))

    def close(self) -> None:
        """Write the end of the archive; the file stays open."""
        self._tar.close()

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        counted = _Counted(file, self._each_piece)
        self._tar.addfile(entry, counted)
        self.members[name] = Member(size, counted.whole.hexdigest())


class _Counted:
    """A file that hashes what is read from it."""

    def __init__(self, file: BinaryIO, each_piece: Callable[[int], object]) -> None:
        self._file = file
        self._each_piece = each_piece
        self.whole = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.whole.update(piece)
        self._each_piece(len(piece))
        return piece


def unpack(
    path: Path, folder: Path, each_piece: Callable[[int], object]
) -> tuple[dict[str, Member], str]:
    """Unpack an archive into an empty folder, where nothing is trusted yet.

    Args:
        path: the archive.
        folder: what is in it comes below; files are for their owner only.
        each_piece: is told how many bytes were read, every `PIECE`.

    Returns:
        What was found, by name, and the SHA-256 of the archive. It is read up to where it is
        damaged: whoever wrote it knows what is missing then.

    Raises:
        StrangeMemberError: a link, or a name that leads elsewhere or stands twice.
        BrokenMemberError: a member is cut off.
        NoArchiveError: it does not even begin like an archive.
        OSError: the disk is full.
    """
    found: dict[str, Member] = {}
    with path.open("rb") as file:
        counted = _Counted(file, each_piece)
        stream: Any = counted
        try:
            with tarfile.open(fileobj=stream, mode="r|", bufsize=PIECE) as archive:
                for entry in archive:
                    _unpack_one(archive, entry, folder, found)
        except (tarfile.TarError, ValueError, OverflowError):
            if not found:
                raise NoArchiveError from None
        while counted.read(PIECE):
            pass
    return found, counted.whole.hexdigest()


def _unpack_one(
    archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path, found: dict[str, Member]
) -> None:
    name = entry.name
    if not _is_plain(entry) or name in found:
        raise StrangeMemberError(name[:80].replace("\0", "?"))
    source = archive.extractfile(entry)
    assert source is not None
    found[name] = _copy(name, source, folder / name)


def _is_plain(entry: tarfile.TarInfo) -> bool:
    is_file = entry.type in PLAIN and not entry.issparse()
    return is_file and len(entry.name) <= LONGEST_NAME and not leads_elsewhere(entry.name)


def _copy(name: str, source: Any, target: Path) -> Member:
    """Copy a member's bytes to a file that was not there; return what they are."""
    whole, size, flusher = hashlib.sha256(), 0, flushing.Flusher()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as copy:
        try:
            while piece := source.read(PIECE):
                whole.update(piece)
                size += copy.write(piece)
                flusher.wrote(len(piece), copy.fileno())
        except tarfile.ReadError:
            raise BrokenMemberError(name) from None
    return Member(size, whole.hexdigest())

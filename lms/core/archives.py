"""The one door to archives: office files, packages. Whatever comes in one is hostile.

Sizes are counted while reading, for the headers of an archive may lie; nothing is ever unpacked to
a path that the archive names.
"""

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import BinaryIO, ClassVar

from flask_babel import LazyString, lazy_gettext as _
from typing_extensions import override

from lms.core.errors import LmsError

MAGIC = b"PK\x03\x04"
MOST_ENTRIES = 2_000
MOST_BYTES = 200 * 1024 * 1024
"""Of all entries together, unpacked."""
MOST_RATIO = 100
"""Bytes unpacked per byte of the archive, once `FREE_BYTES` are unpacked: small files may be dull."""
FREE_BYTES = 4 * 1024 * 1024
PIECE = 256 * 1024
ENCRYPTED = 0x1
"""Bit of an entry's flags."""


class FileRefusedError(LmsError):
    """A file that someone brought cannot be read, for a `reason` they can do something about."""

    code = "file-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    sentences: ClassVar[Mapping[str, LazyString]] = {}
    """Reason -> what is wrong and what to do, in the person's language."""

    def __init__(self, reason: str, **context: object) -> None:
        super().__init__(**context)
        self.reason = reason

    @override
    def __str__(self) -> str:
        return str(self.sentences.get(self.reason, self.message)) % self.context


class ArchiveRefusedError(FileRefusedError):
    """An archive is damaged, locked or meant to do harm."""

    sentences: ClassVar[Mapping[str, LazyString]] = {
        "damaged-archive": _(
            "The file is damaged or was cut off. Open it in the program that made it, save it "
            "again, and upload that copy."
        ),
        "locked-archive": _(
            "The file is protected by a password. Save a copy without a password and upload that."
        ),
        "too-many-entries": _(
            "The file consists of more than %(most)d parts. Save what is needed as a new, plain "
            "file and upload that."
        ),
        "unpacks-too-large": _(
            "Unpacked, the file is larger than %(megabytes)d MB, or far larger than it looks. "
            "Copy what is needed into a new file and upload that."
        ),
        "strange-entry": _(
            "The file has a part with a name that leads elsewhere: %(name)s. Save what is needed "
            "as a new file and upload that."
        ),
    }


def unpacked(
    content: bytes, *, wanted: Callable[[str], bool] = lambda _name: True
) -> dict[str, bytes]:
    """Return the entries of an archive by their names, in the archive's order.

    Args:
        content: the whole archive.
        wanted: which names to return; the others are not unpacked.

    Raises:
        ArchiveRefusedError: it is damaged, locked, too large, or names a place outside itself.
    """
    if not content.startswith(MAGIC):
        raise ArchiveRefusedError("damaged-archive")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _entries(archive, len(content), wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError,
            ValueError) as error:  # fmt: skip  # all of them are what zipfile says of bad input
        raise ArchiveRefusedError("damaged-archive") from error


def inspected(file: BinaryIO) -> dict[str, int]:
    """Return name -> size of an archive's entries; each is unpacked and counted, none is kept.

    Args:
        file: the whole archive, at its beginning; it is read through and left open.

    Raises:
        ArchiveRefusedError: as `unpacked`.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise ArchiveRefusedError("damaged-archive")
    size = file.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(file) as archive:
            return _counted(archive, size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError,
            ValueError) as error:  # fmt: skip
        raise ArchiveRefusedError("damaged-archive") from error


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Return an archive of `entries`, not compressed: for readers that insist on one.

    They then see what was counted here, whatever the archive that came in would have shown them.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _entries(
    archive: zipfile.ZipFile, size: int, wanted: Callable[[str], bool]
) -> dict[str, bytes]:
    listed = _listed(archive)
    most = min(MOST_BYTES, max(FREE_BYTES, MOST_RATIO * size))
    found: dict[str, bytes] = {}
    for entry in listed:
        if not entry.is_dir() and wanted(entry.filename):
            found[entry.filename] = _read(archive, entry, most)
            most -= len(found[entry.filename])
    return found


def _counted(archive: zipfile.ZipFile, size: int) -> dict[str, int]:
    most = min(MOST_BYTES, max(FREE_BYTES, MOST_RATIO * size))
    sizes: dict[str, int] = {}
    for entry in _listed(archive):
        sizes[entry.filename] = sum(map(len, _pieces(archive, entry, most)))
        most -= sizes[entry.filename]
    return sizes


def _listed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > MOST_ENTRIES:
        raise ArchiveRefusedError("too-many-entries", most=MOST_ENTRIES)
    _refuse_strange(listed)
    return listed


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    return b"".join(_pieces(archive, entry, most))


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Yield an entry's bytes, as long as they are not more than `most`."""
    with archive.open(entry) as file:
        while piece := file.read(PIECE):
            most -= len(piece)
            if most < 0:
                raise ArchiveRefusedError("unpacks-too-large", megabytes=MOST_BYTES // 1024 // 1024)
            yield piece


def leads_elsewhere(name: str) -> bool:
    """Whether the name of an entry is more than a place below the folder it is unpacked to."""
    return name.startswith("/") or ".." in name.split("/") or any(each in name for each in "\\:\0")


def _refuse_strange(listed: list[zipfile.ZipInfo]) -> None:
    """Refuse locked entries, links, names that lead elsewhere, and two that a disk takes for one."""
    seen: set[str] = set()
    for entry in listed:
        if entry.flag_bits & ENCRYPTED:
            raise ArchiveRefusedError("locked-archive")
        name = entry.orig_filename
        plain = unicodedata.normalize("NFC", name).casefold()
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or leads_elsewhere(name) or plain in seen:
            raise ArchiveRefusedError("strange-entry", name=name[:80].replace("\0", "?"))
        seen.add(plain)

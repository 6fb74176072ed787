"""The archive of a backup: what goes in, under which names, and whether all of it came out again.

``database``: the copy of the database. ``data/…``: what lies in folders of the data directory.
``keys/…``: what lies at its top: the secret key, settings with their passwords. ``manifest.json``
comes last and lists the others, so that an archive that was cut off has none.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import lms
from lms.admin.backup.errors import BackupError, Finding, because
from lms.admin.backup.snapshots import Snapshot
from lms.core import presence, scratch, tars
from lms.core.tars import Member

DATABASE = "database"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
FORMAT = 1
LEFT_OUT = (scratch.NAME, "backups", "lost+found", presence.LOCK, presence.UNFINISHED)
"""Names at the top of the data directory that are not part of the site."""
ASIDE = "before-restore-"
"""Begins the name of a folder that holds what was there before a restore."""
LARGEST_MANIFEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself."""

    made_at: str
    """ISO instant, in UTC."""
    version: str
    """Of the release that made it."""
    snapshot: Snapshot
    members: Mapping[str, Member]


def files_of(folder: Path, *, but: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    """Yield member name and path of everything in a data directory that belongs into a backup.

    Args:
        folder: the data directory.
        but: places in it that do not: the database, and the folder of the backups.
    """
    for path in own_entries(folder, but=but):
        if path.is_dir():
            for root, _folders, names in os.walk(path):
                for name in sorted(names):
                    if _is_plain(found := Path(root, name)):
                        yield f"data/{found.relative_to(folder)}", found
        elif _is_plain(path):
            part = "keys" if path.parent == folder else "data"
            yield f"{part}/{path.relative_to(folder)}", path


def own_entries(folder: Path, *, but: tuple[Path, ...]) -> Iterator[Path]:
    """Yield what lies in a data directory and belongs to the site: whole folders, where they do.

    Args:
        folder: the data directory.
        but: as `files_of`. Nothing in one is looked at, and a folder with one in it is not whole:
            what lies beside it comes one by one.
    """
    for path in sorted(folder.iterdir()):
        if path.name not in LEFT_OUT and not path.name.startswith(ASIDE):
            yield from _whole(path, but)


def _whole(path: Path, but: tuple[Path, ...]) -> Iterator[Path]:
    place = path.resolve()
    if place in but:
        return
    if any(each.is_relative_to(place) for each in but):
        for inner in sorted(path.iterdir()):
            yield from _whole(inner, but)
    else:
        yield path


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def write(
    draft: Path,
    database: BinaryIO,
    snapshot: Snapshot,
    files: Iterator[tuple[str, Path]],
    *,
    made_at: str,
    each_piece: Callable[[int], object],
) -> None:
    """Write an archive to a file that is not there yet, and flush it to the disk."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        packer = tars.Packer(file, each_piece)
        packer.add_open(DATABASE, database)
        for name, path in files:
            try:
                packer.add(name, path)
            except FileNotFoundError:  # an export that expired while the others were copied
                continue
        listed = {name: asdict(member) for name, member in packer.members.items()}
        told = {
            "format": FORMAT,
            "made_at": made_at,
            "version": lms.__version__,
            "snapshot": asdict(snapshot),
            "members": listed,
        }
        packer.add_bytes(MANIFEST, json.dumps(told, indent=1).encode())
        packer.add_bytes(SEAL, packer.members[MANIFEST].sha256.encode())
        packer.close()
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, folder: Path, each_piece: Callable[[int], object]) -> tuple[Manifest, str]:
    """Unpack an archive into an empty folder and compare each part with what was put in.

    Returns:
        What it says about itself, and the SHA-256 of the whole file.

    Raises:
        BackupError: it names everything that is damaged, missing or does not belong there.
    """
    try:
        found, sha256 = tars.unpack(path, folder, each_piece)
    except tars.NoArchiveError:
        raise because("no-archive", file=str(path)) from None
    except tars.StrangeMemberError as error:
        raise because("strange-member", name=str(error)) from None
    except tars.BrokenMemberError as error:
        raise because("cut-member", name=str(error)) from None
    except FileNotFoundError:
        raise because("not-there", file=str(path)) from None
    except OSError as error:
        raise because("io", said=str(error)) from None
    manifest = _manifest(folder, found)
    if findings := list(_differences(manifest, found)):
        raise BackupError(*findings)
    return manifest, sha256


def _manifest(folder: Path, found: Mapping[str, Member]) -> Manifest:
    if MANIFEST not in found or SEAL not in found:
        raise because("cut-off")
    own = found[MANIFEST]
    is_whole = own.size_bytes <= LARGEST_MANIFEST and found[SEAL].size_bytes == len(own.sha256)
    if not is_whole or (folder / SEAL).read_bytes() != own.sha256.encode():
        raise because("damaged-list")
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        members = {name: Member(**each) for name, each in told["members"].items()}
        snapshot = Snapshot(**told["snapshot"])
        return Manifest(str(told["made_at"]), str(told["version"]), snapshot, members)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise because("damaged-list") from None


def _differences(manifest: Manifest, found: Mapping[str, Member]) -> Iterator[Finding]:
    for name, member in manifest.members.items():
        if name not in found:
            yield "missing-member", {"name": name}
        elif found[name] != member:
            yield "damaged-member", {"name": name}
    for name in found.keys() - manifest.members.keys() - {MANIFEST, SEAL}:
        yield "strange-member", {"name": name}
    if DATABASE not in manifest.members:
        yield "missing-member", {"name": DATABASE}

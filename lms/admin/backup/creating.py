"""Makes a backup while the site is in use, and tries it out before saying that there is one."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from lms.admin.backup import archive, rules, snapshots, trying
from lms.admin.backup.errors import BackupError, Finding, because
from lms.admin.backup.rules import UNVERIFIED, Keep
from lms.core import clock, flushing, scratch, site

UNVERIFIED_KEPT = 2
BESIDE = ("", "-wal", "-shm", "-journal", ".gate")
"""Ends of the names of what SQLite's file is, and of what lies beside it."""
STEPS = 3
"""Copied, packed, tried out."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a try to make a backup."""

    started_at: datetime
    finished_at: datetime
    file: Path | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    findings: list[Finding] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took: ``copy``, ``pack``, ``try``."""

    @property
    def is_verified(self) -> bool:
        """Whether it was restored and found to be whole."""
        return self.sha256 is not None and not self.findings


def folder() -> Path:
    """Return where backups are kept unless someone says otherwise."""
    chosen = site.settings().backup_dir
    return Path(chosen).resolve() if chosen else site.settings().data_dir / "backups"


def create(to: Path | None = None, *, note: Callable[[int, int], object] | None = None) -> Report:
    """Make a backup in a folder, `folder()` by default; there, old ones then make room.

    Args:
        to: another folder, which has to exist.
        note: is told how many of how many steps are done, about once a second.

    Returns:
        What came of it, also if nothing did: the findings say why.
    """
    started_at = clock.now()
    seconds: dict[str, float] = {}
    tell = _Teller(note)
    try:
        with _only_one(to) as target:
            return _create(target, started_at, seconds, tell, rotate=to is None)
    except BackupError as error:
        findings = list(error.findings)
    except OSError as error:
        findings = [("io", {"said": str(error)})]
    return Report(started_at, clock.now(), findings=findings, seconds=seconds)


def _create(
    target: Path, started_at: datetime, seconds: dict[str, float], tell: "_Teller", *, rotate: bool
) -> Report:
    path = target / rules.name_of(started_at)
    aside = path.with_name(path.name + UNVERIFIED)
    _pack(aside, started_at, seconds, tell)
    tell.step(2)
    with _timed(seconds, "try"):
        findings, sha256, summary = _try(aside, tell)
    if findings:
        path = aside
    else:
        aside.replace(path)
        flushing.flush_names(target)
    report = Report(started_at, clock.now(), path, path.stat().st_size, sha256, findings, summary,
                    seconds)  # fmt: skip
    if rotate:
        _rotate(target, is_verified=report.is_verified)
    return report


def _try(path: Path, tell: "_Teller") -> tuple[list[Finding], str, dict[str, Any]]:
    try:
        with trying.tried(path, tell.piece) as copy:
            return copy.findings, copy.sha256, copy.summary
    except BackupError as error:
        with path.open("rb") as file:
            return list(error.findings), hashlib.file_digest(file, "sha256").hexdigest(), {}


def _pack(path: Path, at: datetime, seconds: dict[str, float], tell: "_Teller") -> None:
    """Hold the database still, and pack it with all files: what it refers to was there before it."""
    settings = site.settings()
    _need_room(path.parent, scratch.place_in(settings.data_dir))
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    with scratch.folder(settings.data_dir, prefix="backup-") as own, ExitStack() as held:
        with _timed(seconds, "copy"):
            database, snapshot = held.enter_context(snapshots.taken(own, tell.piece))
        tell.step(1)
        try:
            with _timed(seconds, "pack"):
                files = archive.files_of(settings.data_dir, but=not_ours(path.parent))
                archive.write(draft, database, snapshot, files, made_at=at.isoformat(),
                              each_piece=_flushing(draft, tell))  # fmt: skip
                draft.replace(path)
                flushing.flush_names(path.parent)
        except BaseException:
            draft.unlink(missing_ok=True)  # a disk that is full is not made fuller
            raise


def not_ours(backups: Path | None = None) -> tuple[Path, ...]:
    """Return what lies in the data directory and is copied in another way, or not at all.

    Whoever opened and closed the database's own file would take this process's locks on it away:
    see `snapshots`.
    """
    places = [folder(), *([backups] if backups else [])]
    url = make_url(site.settings().database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        named = Path(url.database)
        # SQLite puts its log beside the file that a link leads to, and the gate lies by the link.
        places += [Path(f"{each}{end}") for each in (named, named.resolve()) for end in BESIDE]
    return tuple({place.resolve() for place in places})


@contextmanager
def _only_one(to: Path | None) -> Iterator[Path]:
    target = to or folder()
    try:
        if to is None:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (target / ".stairway-backup.lock").open("ab")
    except OSError as error:
        raise because("no-folder", folder=str(target), said=error.strerror or "") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise because("busy", folder=str(target)) from None
        yield target.resolve()


def _need_room(target: Path, beside: Path) -> None:
    """The archive needs room once, and what it is made of and tried out in, twice."""
    try:
        size = snapshots.size_bytes()
    except DBAPIError as error:
        raise because("io", said=str(error.orig)) from None
    data = site.settings().data_dir
    for _name, path in archive.files_of(data, but=not_ours(target)):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    on_one_disk = target.stat().st_dev == beside.stat().st_dev
    trying.need_room(target, 3 * size if on_one_disk else size)
    trying.need_room(beside, 2 * size)


def _rotate(target: Path, *, is_verified: bool) -> None:
    """Remove what the setting does not keep; only a new backup makes an old one superfluous."""
    settings = site.settings()
    names = {path.name for path in target.iterdir()}
    old = set()
    if is_verified:
        keep = Keep.read(settings.backup_keep)
        old |= rules.superfluous(names, keep, ZoneInfo(settings.time_zone))
    unverified = sorted(
        name
        for name in names
        if name.endswith(UNVERIFIED) and rules.made_at(name.removesuffix(UNVERIFIED))
    )
    for name in old | set(unverified[:-UNVERIFIED_KEPT]):
        (target / name).unlink(missing_ok=True)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    seconds[step] = round(time.monotonic() - began, 2)


def _flushing(draft: Path, tell: "_Teller") -> Callable[[int], None]:
    """Return what flushes the archive now and then, while it is written."""
    flusher = flushing.Flusher()

    def each_piece(count: int) -> None:
        with draft.open("rb") as written:
            flusher.wrote(count, written.fileno())
        tell.piece(count)

    return each_piece


class _Teller:
    """Tells how far it is, about once a second, whatever the step."""

    def __init__(self, note: Callable[[int, int], object] | None) -> None:
        self._note = note
        self._done = 0
        self._told = time.monotonic()

    def step(self, done: int) -> None:
        self._done = done
        self._told = 0.0
        self.piece()

    def piece(self, _count: int = 0) -> None:
        if self._note and time.monotonic() - self._told >= 1:
            self._told = time.monotonic()
            self._note(self._done, STEPS)

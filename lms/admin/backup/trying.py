"""Restores an archive into a scratch place and has it examined there: nothing else proves it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from lms.admin.backup import archive, postgres, programs, rules
from lms.admin.backup.archive import Manifest
from lms.admin.backup.errors import BackupError, Finding, because
from lms.admin.backup.programs import Note
from lms.config import PROJECT
from lms.core import schema, scratch, site
from lms.core.db import db

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tried:
    """A backup that was restored into a scratch place."""

    folder: Path
    """Its parts, see `archive`; the database is migrated by now."""
    manifest: Manifest
    sha256: str
    """Of the archive."""
    findings: list[Finding]
    """What is wrong; empty if it is whole."""
    summary: dict[str, Any]


@contextmanager
def tried(path: Path, note: Note = programs.ignore) -> Iterator[Tried]:
    """Restore an archive and examine it; the scratch place vanishes at the end.

    Args:
        path: the archive.
        note: is called now and then while it goes on.

    Raises:
        BackupError: it is damaged, not for this site, or there is no room to try it.
    """
    if not path.is_file():
        raise because("not-there", file=str(path))
    data_dir = site.settings().data_dir
    need_room(scratch.place_in(data_dir), 2 * path.stat().st_size)
    with scratch.folder(data_dir, prefix="backup-") as folder:
        manifest, sha256 = archive.read(path, folder, note)
        _refuse_unfit(manifest)
        (folder / "data").mkdir(mode=0o700, exist_ok=True)
        with _database(folder, manifest, note) as url:
            findings, summary = _examined(folder, url, manifest, note)
            yield Tried(folder, manifest, sha256, findings, summary)


def need_room(folder: Path, size: int) -> None:
    """Refuse what would fill the disk.

    Raises:
        BackupError: less than `size` and a margin is free.
    """
    usage = os.statvfs(folder)
    free, total = usage.f_bavail * usage.f_frsize, usage.f_blocks * usage.f_frsize
    needed = size + rules.margin(total)
    if free < needed:
        raise because("no-space", folder=str(folder), free=free // MEGABYTE,
                      needed=needed // MEGABYTE)  # fmt: skip


def _refuse_unfit(manifest: Manifest) -> None:
    snapshot = manifest.snapshot
    if snapshot.revision and not schema.is_known(snapshot.revision):
        raise because("newer-schema", theirs=snapshot.revision, ours=schema.head(),
                      version=manifest.version)  # fmt: skip
    ours = make_url(site.settings().database_url).get_backend_name()
    if snapshot.kind != ours:
        raise because("other-kind", theirs=snapshot.kind, ours=ours)


@contextmanager
def _database(folder: Path, manifest: Manifest, note: Note) -> Iterator[URL]:
    """Give the database of the archive, brought to life in a scratch place."""
    if manifest.snapshot.kind == "sqlite":
        with nullcontext(make_url(f"sqlite:///{folder / archive.DATABASE}")) as url:
            yield url
        return
    own = make_url(site.settings().database_url)
    with db.engine.connect() as connection:
        server = postgres.major_of(connection)
    with postgres.scratch(own) as url:
        postgres.restore(folder / archive.DATABASE, url, server=server, note=note)
        yield url


def _examined(
    folder: Path, url: URL, manifest: Manifest, note: Note
) -> tuple[list[Finding], dict[str, Any]]:
    """Start a process on the scratch site and return what it says."""
    expected = folder / "expected.json"
    expected.write_text(json.dumps(manifest.snapshot.rows), "utf-8")
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LMS_")}
    environ |= {
        "LMS_DATA_DIR": str(folder / "data"),
        "LMS_DATABASE_URL": url.render_as_string(hide_password=False),
        "LMS_SECRET_KEY": "of-a-scratch-site-that-nobody-visits",
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "backup", "examine", str(expected)]
    done = programs.run(command, environ, note, folder=PROJECT)
    if done.returncode:
        last = done.stderr.strip()[-300:]
        return [("did-not-open", {"said": last or str(done.returncode)})], {}
    told = json.loads(done.stdout.splitlines()[-1])
    return [(reason, context) for reason, context in told["findings"]], told["summary"]


def findings_of(path: Path, note: Note = programs.ignore) -> list[Finding]:
    """Return what is wrong with an archive; empty if it is whole."""
    try:
        with tried(path, note) as copy:
            return copy.findings
    except BackupError as error:
        return list(error.findings)

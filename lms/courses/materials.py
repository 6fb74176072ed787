"""Files that go with a lesson: taking them in, replacing and retiring them."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import archives, audit, clock, pictures, storage
from lms.core.db import db, transaction
from lms.core.text import Bilingual
from lms.courses import upload_rules
from lms.courses.errors import SameFileError, UploadRefusedError
from lms.courses.models import Lesson, Material, MaterialVersion
from lms.courses.upload_rules import Kind, Refusal

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was found to be in order, and now lies in storage."""

    suffix: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Label:
    """What a version of a material is called, and what is new in it."""

    title: Bilingual
    note: str


def take_in(name: str, file: BinaryIO, *, limit_mb: int) -> Stored:
    """Check a file and store it, before and outside any transaction.

    Its kind is decided by its name and by what it holds, which have to agree. Pictures are drawn
    anew while the person waits: in a child process with limits of its own, and for what is let
    through (20 MB, 24 million pixels) within seconds, so that nobody has to come back for a verdict.

    Args:
        name: as it was called; only its ending counts, and no more of it is kept.
        file: seekable, at its beginning.
        limit_mb: the largest file that is taken.

    Raises:
        UploadRefusedError, ArchiveRefusedError: it is not taken; the message says why.
    """
    # No look at the room on the disk: the same door takes in answers, and those are never refused.
    if refusal := upload_rules.refusal_of_name(name):
        raise UploadRefusedError(refusal)
    suffix = upload_rules.suffix_of(name)
    form = upload_rules.FORMS[suffix]
    check_size(file, upload_rules.LARGEST_IMAGE_BYTES if form.kind is Kind.IMAGE else
                limit_mb * MEGABYTE)  # fmt: skip
    if not upload_rules.looks_like(file.read(upload_rules.HEAD_BYTES), suffix):
        raise UploadRefusedError(Refusal.NOT_AS_NAMED, suffix=suffix)
    file.seek(0)
    if form.kind is Kind.IMAGE:
        return _redrawn(file, suffix)
    if form.kind is Kind.OFFICE:
        names = frozenset(archives.inspected(file))
        if refusal := upload_rules.refusal_of_office(names, suffix):
            raise UploadRefusedError(refusal, suffix=suffix)
        file.seek(0)
    return Stored(suffix, *storage.put_file(file))


@transaction()
def add(
    lesson: Lesson, stored: Stored, label: Label, *, actor: Person, at: datetime | None = None
) -> Material:
    """Put a file beside a lesson; trainees see it at once.

    Args:
        lesson: whose material it becomes.
        stored: by `take_in`.
        label: what it is called.
        actor: the trainer, whose name the version bears.
        at: the instant; now, unless a test says otherwise.
    """
    row = Material(lesson_id=lesson.id)
    db.session.add(row)
    db.session.flush()
    _publish(row, stored, label, actor, at or clock.now(), action="courses.material_added")
    return row


@transaction()
def replace(
    material: Material, stored: Stored, label: Label, *, actor: Person, at: datetime | None = None
) -> MaterialVersion:
    """Publish a new version of a material; the old ones stay. Arguments as for `add`.

    Raises:
        SameFileError: file and title are what they are already.
    """
    held = select(Material).filter_by(id=material.id).with_for_update(of=Material)
    row = db.session.scalars(held.execution_options(populate_existing=True)).one()
    now = row.published
    if now and (now.sha256, dict(now.title)) == (stored.sha256, dict(label.title)):
        raise SameFileError
    return _publish(
        row, stored, label, actor, at or clock.now(), action="courses.material_replaced"
    )


@transaction()
def retire(material: Material, *, actor: Person, at: datetime | None = None) -> None:
    """Take a material away from trainees; it stays on record. A second time changes nothing."""
    if material.retired_at is None:
        material.retired_at = at or clock.now()
        _note("courses.material_retired", material, actor, material.retired_at)


@transaction()
def bring_back(material: Material, *, actor: Person, at: datetime | None = None) -> None:
    """Give a retired material back to trainees."""
    if material.retired_at is not None:
        material.retired_at = None
        _note("courses.material_brought_back", material, actor, at or clock.now())


def _publish(
    row: Material, stored: Stored, label: Label, actor: Person, at: datetime, *, action: str
) -> MaterialVersion:
    last = select(func.max(MaterialVersion.number)).filter_by(material_id=row.id)
    version = MaterialVersion(
        material_id=row.id,
        number=(db.session.scalar(last) or 0) + 1,
        title=dict(label.title),
        suffix=stored.suffix,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        made_at=at,
        author=actor.name,
        note=label.note,
    )
    db.session.add(version)
    db.session.flush()
    row.published_id = version.id
    _note(action, row, actor, at, version=version.number, note=label.note)
    return version


def _note(action: str, row: Material, actor: Person, at: datetime, **detail: object) -> None:
    audit.note(
        action,
        kind="material",
        object_id=row.id,
        actor_id=actor.id,
        at=at,
        lesson=row.lesson.code,
        **detail,
    )


def check_size(file: BinaryIO, most: int) -> None:
    """Refuse a file that is empty or has more than so many bytes.

    Raises:
        UploadRefusedError: it is.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise UploadRefusedError(Refusal.EMPTY)
    if size > most:
        told = f"{size / MEGABYTE:.1f}"
        raise UploadRefusedError(Refusal.TOO_LARGE, size=told, limit=most // MEGABYTE)


def _redrawn(file: BinaryIO, suffix: str) -> Stored:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(file.read())  # a child process reads only what has a place on disk
        try:
            with source.open("rb") as given:
                pictures.redraw(given, suffix, target)
        except pictures.NotAsNamedError:
            raise UploadRefusedError(Refusal.NOT_AS_NAMED, suffix=suffix) from None
        except pictures.TooManyPixelsError:
            most = pictures.MOST_PIXELS // 1_000_000
            raise UploadRefusedError(Refusal.TOO_MANY_PIXELS, most=most) from None
        except pictures.PictureRefusedError:
            raise UploadRefusedError(Refusal.BROKEN) from None
        with target.open("rb") as made:
            return Stored(suffix, *storage.put_file(made))

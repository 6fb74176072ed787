"""Replacing what a lesson says: a new version, published at once. Nothing that was is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.editions import Edition
from lms.core.text import Bilingual
from lms.courses import studio
from lms.courses.content.draft import Draft, draft_of, media_rows, revised_meta
from lms.courses.errors import EditedMeanwhileError, FaultyLessonError, NothingChangedError
from lms.courses.models import Lesson, LessonMedia, LessonVersion


@dataclass(frozen=True, slots=True)
class Revision:
    """What a lesson is to say. Its self-checks and the files beside its texts stay."""

    title: Bilingual
    minutes: int
    source: Mapping[str, str]
    """Language -> Markdown."""


def draft(version: LessonVersion, revision: Revision) -> Draft:
    """Return a revision of a version as it would be published: to be checked, or looked at."""
    values = studio.values()
    meta = revised_meta(
        version.meta,
        title=revision.title,
        minutes=revision.minutes,
        source=revision.source,
        known=values,
    )
    source = {language: tidy(text) for language, text in revision.source.items()}
    return draft_of(version, values, meta=meta, source=source)


def tidy(text: str) -> str:
    """Return a text as files have it: a browser sends lines that end otherwise."""
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip("\n") + "\n"


def revise(
    code: str,
    revision: Revision,
    *,
    base_id: int,
    note: str,
    actor: Person,
    at: datetime | None = None,
) -> LessonVersion:
    """Publish a new version of a lesson.

    Checking and rendering come first and outside the transaction: other writers wait only for
    the rows.

    Args:
        code: of the lesson.
        revision: what it is to say.
        base_id: the version from which the editing began.
        note: what changed, in the words of whoever changed it.
        actor: the trainer, whose name the version bears.
        at: the instant; now, unless a test says otherwise.

    Raises:
        NotFoundError: there is no such lesson, or nothing of it is published.
        NothingChangedError: it says that already.
        FaultyLessonError: the texts have slips, named in the context.
        EditedMeanwhileError: the published version is not `base_id` any more.
    """
    version = studio.editable(code)
    if _says(version) == _said(revision):
        raise NothingChangedError
    new = draft(version, revision)
    if slips := new.slips():
        raise FaultyLessonError(slips=slips)
    edition, media = new.edition(), media_rows(version)
    columns = {**edition.columns, "media": [], "author": actor.name, "note": note}
    edition = Edition(edition.code, edition.digest, columns)
    return _publish(version.lesson_id, edition, media, base_id, actor, at or clock.now())


@transaction()
def _publish(
    lesson_id: int,
    edition: Edition,
    media: list[dict[str, object]],
    base_id: int,
    actor: Person,
    at: datetime,
) -> LessonVersion:
    held = select(Lesson).filter_by(id=lesson_id).with_for_update()
    lesson = db.session.scalars(held.execution_options(populate_existing=True)).one()
    if lesson.published_id != base_id:
        raise EditedMeanwhileError
    last = select(func.max(LessonVersion.number)).filter_by(lesson_id=lesson.id)
    row = LessonVersion(
        lesson_id=lesson.id,
        number=(db.session.scalar(last) or 0) + 1,
        digest=edition.digest,
        made_at=at,
        **{key: each for key, each in edition.columns.items() if key != "media"},
        media=[LessonMedia(**each) for each in media],
    )
    db.session.add(row)
    db.session.flush()
    lesson.published_id = row.id
    audit.note(
        "courses.lesson_revised",
        kind="lesson",
        object_id=lesson.code,
        actor_id=actor.id,
        at=at,
        version=row.number,
        note=row.note,
    )
    return row


def _says(version: LessonVersion) -> tuple[dict[str, str], int, dict[str, str]]:
    texts = {language: tidy(text) for language, text in version.source.items()}
    return dict(version.title), version.minutes, texts


def _said(revision: Revision) -> tuple[dict[str, str], int, dict[str, str]]:
    texts = {language: tidy(text) for language, text in revision.source.items()}
    return dict(revision.title), revision.minutes, texts

"""Files and texts that were edited here: which of the two an import publishes.

A file wins when it changed since it was last imported; until then the edited text stands.
"""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from lms.core.db import db
from lms.core.editions import Edition
from lms.core.text import Bilingual
from lms.courses.content.draft import draft_of, media_rows
from lms.courses.models import Lesson, LessonVersion
from lms.courses.studio import is_edited


def reconciled(
    editions: Iterable[Edition], values: Mapping[str, Bilingual], changed: AbstractSet[str]
) -> tuple[list[Edition], list[str]]:
    """Let edited texts stand where their files are as they were.

    Args:
        editions: what the files say.
        values: the site's named values, as they are to be.
        changed: names of those that are not what they were.

    Returns:
        What is to be published, and the codes of lessons whose edited text is replaced.
    """
    edited = _edited()
    wanted, superseded = [], []
    for each in editions:
        version = edited.get(each.code)
        if version is None:
            wanted.append(each)
        elif each.columns["file_digest"] == version.lesson.imported_digest:
            wanted.append(_standing(version, values, changed))
        else:
            wanted.append(each)
            superseded += [each.code] if each.digest != version.digest else []
    return wanted, superseded


def remember(editions: Iterable[Edition]) -> None:
    """Keep what the files said, to see at the next import whether they changed."""
    said = {each.code: each.columns["file_digest"] for each in editions}
    for lesson in db.session.scalars(select(Lesson)):
        lesson.imported_digest = said.get(lesson.code, lesson.imported_digest)


def _edited() -> dict[str, LessonVersion]:
    """Return lesson code -> published version, of those that are not what the files said."""
    query = (
        select(LessonVersion)
        .join(Lesson, Lesson.published_id == LessonVersion.id)
        .where(is_edited())
        .options(
            undefer(LessonVersion.meta),
            undefer(LessonVersion.source),
            selectinload(LessonVersion.media),
        )
    )
    return {version.lesson.code: version for version in db.session.scalars(query)}


def _standing(
    version: LessonVersion, values: Mapping[str, Bilingual], changed: AbstractSet[str]
) -> Edition:
    """Return an edited text with the site's values as they are to be."""
    names = set(version.meta.get("depends") or ())
    if not names & changed or not names <= values.keys():
        return Edition(version.lesson.code, version.digest, {})
    edition = draft_of(version, values).edition()
    own = {"media": media_rows(version), "author": version.author}
    return replace(edition, columns={**edition.columns, **own})

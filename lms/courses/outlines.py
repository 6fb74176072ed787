"""What immutable versions say, read once a process: structures of programmes, texts of lessons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.core.db import db
from lms.core.kept import Kept
from lms.core.text import Bilingual
from lms.courses.checks import Check
from lms.courses.models import LessonVersion, ProgrammeVersion
from lms.courses.rules import Outline

_outlines: Kept[Outline] = Kept(64)
_texts: Kept["LessonText"] = Kept(128)
"""Some 30 kB each."""


def outline_in(version: ProgrammeVersion) -> Outline:
    """Return the structure of a programme, as this version of it says."""
    return _outlines.get(version.digest, lambda: Outline.read(version.structure))


def outline_with(version_id: int, digest: str, session: Session | None = None) -> Outline:
    """Return the same of a version of which no more is known than this.

    Args:
        version_id: which.
        digest: of the version.
        session: that is asked, where it was not read before; None for the one at hand.
    """
    return _outlines.get(digest, lambda: _read_outline(version_id, session or db.session()))


def _read_outline(version_id: int, session: Session) -> Outline:
    query = select(ProgrammeVersion.structure).filter_by(id=version_id)
    return Outline.read(session.scalars(query).one())


@dataclass(frozen=True, slots=True)
class LessonText:
    """A version of a lesson, as far as its reader sees it."""

    id: int
    lesson_id: int
    number: int
    title: Bilingual
    minutes: int
    author: str
    made_at: datetime
    meta: Mapping[str, Any]
    html: dict[str, str]
    outline: Mapping[str, Any]
    checks: Mapping[str, Check]
    """By their id."""


_TEXT = select(
    LessonVersion.id,
    LessonVersion.lesson_id,
    LessonVersion.number,
    LessonVersion.title,
    LessonVersion.minutes,
    LessonVersion.author,
    LessonVersion.made_at,
    LessonVersion.meta,
    LessonVersion.html,
    LessonVersion.outline,
    LessonVersion.checks,
).where(LessonVersion.id == bindparam("version_id"))


def text_of(version_id: int, digest: str) -> LessonText:
    """Return what a version of a lesson says; the digest is the version's."""
    return _texts.get((version_id, digest), lambda: _read(version_id))


def _read(version_id: int) -> LessonText:
    row = db.session.execute(_TEXT, {"version_id": version_id}).one()._asdict()
    return LessonText(**row | {"checks": {each["id"]: Check.read(each) for each in row["checks"]}})

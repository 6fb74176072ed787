"""What the trainer's pages look up: programmes with their lessons, versions, materials, exams.

Content belongs to the whole organisation, so there is no scope here: the permission table says
who comes in, and whoever does sees all of it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import found
from lms.core.text import Bilingual
from lms.courses.models import (
    Lesson,
    LessonMedia,
    LessonVersion,
    Material,
    MaterialVersion,
    Programme,
    ProgrammeVersion,
    Variable,
)
from lms.courses.rules import Outline


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson in the programme's outline, as of its published version."""

    code: str
    title: Bilingual
    minutes: int
    number: int
    made_at: datetime
    author: str
    klass: str
    is_edited: bool
    """Whether its text was edited here and is not what the files say."""
    materials: int


@dataclass(frozen=True, slots=True)
class DrawRow:
    """One entry of an exam's blueprint, and how many questions of the bank fit it."""

    unit: str
    others: Sequence[str]
    """What else they have to be, in words."""
    count: int
    available: int


@dataclass(frozen=True, slots=True)
class ExamRow:
    """An exam in the programme's outline."""

    code: str
    title: Bilingual
    minutes: int
    questions: int
    pass_percent: Decimal
    draws: Sequence[DrawRow]
    attempts: int
    """How many were handed in and marked, of those that the actor may know of."""


@dataclass(frozen=True, slots=True)
class StudioPage:
    """Every programme, with what its outline says about its parts."""

    outlines: Sequence[tuple[Outline, int]]
    """With the number of the published version."""
    lessons: Mapping[str, LessonRow]
    exams: Mapping[str, ExamRow]


ExamTeller = Callable[[Person, Collection[str]], Mapping[str, ExamRow]]
_exam_tellers: list[ExamTeller] = []


def ask_for_exams(teller: ExamTeller) -> None:
    """Say who knows the exams by their codes: courses stands below exams and cannot ask.

    Wired once; wiring the same one again changes nothing.
    """
    if teller not in _exam_tellers:
        _exam_tellers.append(teller)


def studio_page(actor: Person) -> StudioPage:
    """Return all programmes; a handful of statements, whatever their size."""
    query = select(ProgrammeVersion.structure, ProgrammeVersion.number)
    query = query.join(Programme, Programme.published_id == ProgrammeVersion.id)
    rows = db.session.execute(query.order_by(Programme.id))
    outlines = [(Outline.read(row.structure), row.number) for row in rows]
    stages = [stage for outline, _number in outlines for stage in outline.stages]
    codes = {stage.exam for stage in stages if stage.exam}
    exams = {code: row for tell in _exam_tellers for code, row in tell(actor, codes).items()}
    return StudioPage(outlines, _lesson_rows(), exams)


def is_edited() -> ColumnElement[bool]:
    """Whether a lesson's published version was made here: its files say something else."""
    differs = LessonVersion.file_digest != Lesson.imported_digest
    return and_(LessonVersion.file_digest != "", differs)  # empty: made before anyone kept it


def _lesson_rows() -> dict[str, LessonRow]:
    current = select(Material.lesson_id, func.count().label("count"))
    current = current.where(Material.retired_at.is_(None)).group_by(Material.lesson_id)
    counts = current.subquery()
    query = (
        select(
            Lesson.code,
            LessonVersion.title,
            LessonVersion.minutes,
            LessonVersion.number,
            LessonVersion.made_at,
            LessonVersion.author,
            LessonVersion.meta["class"].as_string().label("klass"),
            is_edited().label("is_edited"),
            func.coalesce(counts.c.count, 0).label("materials"),
        )
        .join(LessonVersion, LessonVersion.id == Lesson.published_id)
        .outerjoin(counts, counts.c.lesson_id == Lesson.id)
    )
    return {row.code: LessonRow(*row) for row in db.session.execute(query)}


def values() -> dict[str, Bilingual]:
    """Return the site's named values, as last imported."""
    return {each.name: each.value for each in db.session.scalars(select(Variable))}


def editable(code: str) -> LessonVersion:
    """Return the published version of a lesson, with all that a revision keeps or replaces."""
    return _whole(select(LessonVersion).join(Lesson, Lesson.published_id == LessonVersion.id), code)


def version_of(code: str, number: int) -> LessonVersion:
    """Return one version of a lesson, with its texts and pages."""
    query = select(LessonVersion).join(Lesson, Lesson.id == LessonVersion.lesson_id)
    return _whole(query.where(LessonVersion.number == number), code)


def _whole(query: Select[LessonVersion], code: str) -> LessonVersion:
    bodies = (LessonVersion.meta, LessonVersion.source, LessonVersion.html, LessonVersion.checks)
    options = [*map(undefer, bodies), selectinload(LessonVersion.media)]
    return found(db.session.scalar(query.where(Lesson.code == code).options(*options)))


def base_of(version: LessonVersion, base_id: int) -> LessonVersion:
    """Return the version that an editing began from; the one before `version`, if it names none."""
    other = select(LessonVersion).where(
        LessonVersion.lesson_id == version.lesson_id, LessonVersion.id != version.id
    )
    other = other.options(undefer(LessonVersion.source))
    named = db.session.scalar(other.where(LessonVersion.id == base_id))
    before = other.where(LessonVersion.number < version.number)
    latest = before.order_by(LessonVersion.number.desc()).limit(1)
    return named or db.session.scalar(latest) or version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a lesson's history."""

    number: int
    made_at: datetime
    author: str
    note: str
    minutes: int
    title: Bilingual


def history_of(lesson_id: int) -> list[VersionRow]:
    """Return a lesson's versions, latest first, without their texts."""
    query = select(
        LessonVersion.number,
        LessonVersion.made_at,
        LessonVersion.author,
        LessonVersion.note,
        LessonVersion.minutes,
        LessonVersion.title,
    ).where(LessonVersion.lesson_id == lesson_id)
    rows = db.session.execute(query.order_by(LessonVersion.number.desc()))
    return [VersionRow(*row) for row in rows]


def media(version_id: int, name: str) -> LessonMedia:
    """Return a file beside a lesson's text, of any version."""
    return found(db.session.get(LessonMedia, (version_id, name)))


def lesson(code: str) -> Lesson:
    """Return a lesson that has a published version, with that version's title."""
    query = select(Lesson).where(Lesson.code == code, Lesson.published_id.is_not(None))
    return found(db.session.scalar(query.options(joinedload(Lesson.published))))


def materials_of(lesson_id: int) -> Sequence[Material]:
    """Return a lesson's materials with all their versions: current ones first, as they came."""
    query = select(Material).where(Material.lesson_id == lesson_id)
    query = query.options(joinedload(Material.published), selectinload(Material.versions))
    return db.session.scalars(query.order_by(Material.retired_at.is_not(None), Material.id)).all()


def material(material_id: int) -> Material:
    """Return a material with its published version."""
    query = select(Material).where(Material.id == material_id)
    query = query.options(joinedload(Material.published), selectinload(Material.versions))
    return found(db.session.scalar(query))


def material_version(version_id: int) -> MaterialVersion:
    """Return any version of any material."""
    return found(db.session.get(MaterialVersion, version_id))

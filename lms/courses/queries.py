"""What pages and services look up about programmes, runs and lessons.

Each query takes the actor, where it matters, and puts what they may see into WHERE: what is not
there and what is not theirs are one and the same 404.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Select, case, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.db import db
from lms.core.errors import found
from lms.core.text import Bilingual
from lms.courses import rules
from lms.courses.checks import Check
from lms.courses.models import (
    Aid,
    AidVersion,
    Enrolment,
    Lesson,
    LessonMedia,
    LessonRead,
    LessonVersion,
    Material,
    MaterialVersion,
    Programme,
    ProgrammeVersion,
    StagePass,
)
from lms.courses.rules import Module, Outline, Progress, StageState
from lms.courses.upload_rules import FORMS, Kind


def programme_with(code: str) -> Programme | None:
    """Return the programme with this code."""
    return db.session.scalar(select(Programme).filter_by(code=code))


def module_titles() -> dict[str, Bilingual]:
    """Return module code -> title, for the modules of the published programmes in their order."""
    published = Programme.published_id == ProgrammeVersion.id
    query = select(ProgrammeVersion.structure).join(Programme, published).order_by(Programme.id)
    return {
        module["code"]: module["title"]
        for structure in db.session.scalars(query)
        for stage in structure["stages"]
        for module in stage["modules"]
    }


def enrolments_of(person: Person) -> Sequence[Enrolment]:
    """Return a person's runs, latest first."""
    return db.session.scalars(_runs_of(person)).all()


def current_runs(person: Person) -> Sequence[Enrolment]:
    """Return a person's latest run of each of their programmes, latest first."""
    runs: dict[int, Enrolment] = {}
    for run in enrolments_of(person):
        runs.setdefault(run.programme_id, run)
    return list(runs.values())


def latest_run(person: Person, programme: Programme) -> Enrolment | None:
    """Return a person's latest run of one programme."""
    runs = select(Enrolment).filter_by(person_id=person.id, programme_id=programme.id)
    return db.session.scalar(runs.order_by(Enrolment.cycle.desc()).limit(1))


def enrolment_for(actor: Person, enrolment_id: int) -> Enrolment:
    """Return one of the actor's own runs."""
    own = select(Enrolment).filter_by(id=enrolment_id, person_id=actor.id)
    return found(db.session.scalar(own))


def enrolment_with_lesson(actor: Person, code: str) -> Enrolment | None:
    """Return the actor's latest run of a programme that contains a lesson."""
    runs = (run for run in enrolments_of(actor) if outline_of(run).place_of(code))
    return next(runs, None)


def enrolment_with_exam(actor: Person, code: str) -> Enrolment | None:
    """Return the actor's latest run of a programme of which an exam closes a stage."""
    runs = (run for run in enrolments_of(actor) if outline_of(run).stage_of_exam(code))
    return next(runs, None)


def _runs_of(person: Person) -> Select[Enrolment]:
    runs = select(Enrolment).filter_by(person_id=person.id)
    return runs.order_by(Enrolment.opened_at.desc(), Enrolment.id.desc())


def outline_of(enrolment: Enrolment) -> Outline:
    """Return the structure of a run's programme, as it was when the run began."""
    return Outline.read(enrolment.version.structure)


def progress_of(enrolment: Enrolment) -> Progress:
    """Compute where a run stands, from two statements."""
    read = (
        select(Lesson.code)
        .join(LessonRead, LessonRead.lesson_id == Lesson.id)
        .where(LessonRead.enrolment_id == enrolment.id, LessonRead.read_at.is_not(None))
    )
    passed = select(StagePass.stage).where(StagePass.enrolment_id == enrolment.id)
    return rules.progress(
        outline_of(enrolment), set(db.session.scalars(read)), set(db.session.scalars(passed))
    )


def stage_score(enrolment: Enrolment, stage: str) -> Fraction | None:
    """Return with what a stage's exam was passed in a run, from 0 to 1; None if it was not."""
    query = select(StagePass.score).filter_by(enrolment_id=enrolment.id, stage=stage)
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class LessonLine:
    """What a list says about a lesson."""

    code: str
    title: Bilingual
    minutes: int


def lines_of(codes: Iterable[str]) -> dict[str, LessonLine]:
    """Return code -> title and minutes of the published versions, in one statement.

    A lesson that is not published stands there with its code for a title: lists stay whole.
    """
    wanted = list(codes)
    query = (
        select(Lesson.code, LessonVersion.title, LessonVersion.minutes)
        .join(LessonVersion, LessonVersion.id == Lesson.published_id)
        .where(Lesson.code.in_(wanted))
    )
    lines = {row.code: LessonLine(*row) for row in db.session.execute(query)}
    return {
        code: lines.get(code) or LessonLine(code, {"zh": code, "en": code}, 0) for code in wanted
    }


@dataclass(frozen=True, slots=True)
class ShownLesson:
    """The version of a lesson that a run shows, and how far its reader came."""

    version: LessonVersion
    mark: LessonRead | None
    """None until the lesson is opened."""

    @property
    def is_read(self) -> bool:
        """Whether it was read to its end."""
        return self.mark is not None and self.mark.read_at is not None

    @property
    def is_updated(self) -> bool:
        """Whether it was begun in an earlier version than the one that is shown."""
        return self.mark is not None and self.mark.version_id != self.version.id

    @property
    def checks(self) -> dict[str, Check]:
        """The self-checks by their id."""
        return {each["id"]: Check.read(each) for each in self.version.checks}


def lesson_for(actor: Person, enrolment: Enrolment, code: str) -> ShownLesson:
    """Return a lesson as a run of the actor shows it.

    What was read stays as it was read; until then the published version is shown.
    """
    shown = case(
        (LessonRead.read_at.is_not(None), LessonRead.version_id), else_=Lesson.published_id
    )
    in_run = (LessonRead.lesson_id == Lesson.id) & (LessonRead.enrolment_id == enrolment.id)
    query = (
        select(LessonVersion, LessonRead)
        .select_from(Lesson)
        .outerjoin(LessonRead, in_run)
        .join(Enrolment, (Enrolment.id == enrolment.id) & (Enrolment.person_id == actor.id))
        .join(LessonVersion, LessonVersion.id == shown)
        .where(Lesson.code == code)
        .options(
            undefer(LessonVersion.html),
            undefer(LessonVersion.outline),
            undefer(LessonVersion.checks),
            undefer(LessonVersion.meta),
        )
    )
    version, mark = found(db.session.execute(query).one_or_none())
    return ShownLesson(version, mark)


def published_lesson(code: str) -> Lesson:
    """Return a lesson that has a published version."""
    published = select(Lesson).where(Lesson.code == code, Lesson.published_id.is_not(None))
    return found(db.session.scalar(published))


def mark_of(enrolment: Enrolment, code: str) -> LessonRead | None:
    """Return how far a lesson was read in a run."""
    query = select(LessonRead).join(Lesson, Lesson.id == LessonRead.lesson_id)
    return db.session.scalar(
        query.where(LessonRead.enrolment_id == enrolment.id, Lesson.code == code)
    )


def media_for(actor: Person, version_id: int, name: str) -> LessonMedia:
    """Return a file of a lesson that the actor has opened in some run of theirs."""
    query = (
        select(LessonMedia)
        .join(LessonVersion, LessonVersion.id == LessonMedia.version_id)
        .join(LessonRead, LessonRead.lesson_id == LessonVersion.lesson_id)
        .join(Enrolment, Enrolment.id == LessonRead.enrolment_id)
        .where(
            Enrolment.person_id == actor.id,
            LessonMedia.version_id == version_id,
            LessonMedia.name == name,
        )
    )
    return found(db.session.scalars(query.limit(1)).first())


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material on a lesson's page."""

    version_id: int
    title: Bilingual
    suffix: str
    size_bytes: int
    number: int
    made_at: datetime

    @property
    def kind(self) -> Kind:
        """How it is opened."""
        return FORMS[self.suffix].kind


def aids_for(actor: Person) -> list[AidVersion]:
    """Return the sheets that a person works with, in their order.

    A trainee sees those that go with a lesson of the own programmes; trainers see all.
    """
    rows = db.session.scalars(select(AidVersion).join(Aid, Aid.published_id == AidVersion.id))
    sheets = sorted(rows, key=lambda each: (each.meta["position"], each.aid.code))
    if actor.roles & {Role.TRAINER, Role.ADMIN}:
        return sheets
    outlines = [outline_of(run) for run in enrolments_of(actor)]
    taught = {code for each in outlines for stage in each.stages for code in stage.lessons}
    return [each for each in sheets if taught & set(each.meta["lessons"])]


def aid_for(actor: Person, code: str) -> AidVersion:
    """Return one of these sheets."""
    return found(next((each for each in aids_for(actor) if each.aid.code == code), None))


def aids_of(lesson: str) -> list[AidVersion]:
    """Return the sheets that go with a lesson."""
    rows = db.session.scalars(select(AidVersion).join(Aid, Aid.published_id == AidVersion.id))
    return [each for each in rows if lesson in each.meta["lessons"]]


def materials_of(lesson_id: int) -> list[MaterialLine]:
    """Return what goes with a lesson now, in the order in which it came."""
    query = (
        select(
            MaterialVersion.id,
            MaterialVersion.title,
            MaterialVersion.suffix,
            MaterialVersion.size_bytes,
            MaterialVersion.number,
            MaterialVersion.made_at,
        )
        .join(Material, Material.published_id == MaterialVersion.id)
        .where(Material.lesson_id == lesson_id, Material.retired_at.is_(None))
    )
    return [MaterialLine(*row) for row in db.session.execute(query.order_by(Material.id))]


def material_for(actor: Person, version_id: int) -> MaterialVersion:
    """Return a current material of a lesson that the actor has opened in some run of theirs."""
    query = (
        select(MaterialVersion)
        .join(Material, Material.published_id == MaterialVersion.id)
        .join(LessonRead, LessonRead.lesson_id == Material.lesson_id)
        .join(Enrolment, Enrolment.id == LessonRead.enrolment_id)
        .where(
            Enrolment.person_id == actor.id,
            MaterialVersion.id == version_id,
            Material.retired_at.is_(None),
        )
    )
    return found(db.session.scalars(query.limit(1)).first())


@dataclass(frozen=True, slots=True)
class LessonPage:
    """All that the reader shows around one lesson."""

    enrolment: Enrolment
    progress: Progress
    state: StageState
    module: Module
    code: str
    shown: ShownLesson
    lines: Mapping[str, LessonLine]
    """Of the module's lessons and of the neighbours."""
    previous: str | None
    next: str | None
    """Neighbours in the order of study; None at the ends and where the next stage is locked."""

    @property
    def position(self) -> int:
        """Number of the lesson within its module, from 1."""
        return self.module.lessons.index(self.code) + 1

    @property
    def module_number(self) -> int:
        """Number of the module within its stage, from 1."""
        return self.state.stage.modules.index(self.module) + 1


def lesson_page(actor: Person, code: str) -> LessonPage:
    """Return a lesson of the actor's latest run that contains it, and what surrounds it."""
    enrolment = found(enrolment_with_lesson(actor, code))
    progress = progress_of(enrolment)
    stage, module = found(progress.outline.place_of(code))
    before, after = progress.outline.around(code)
    around = [each for each in (before, after) if each]
    return LessonPage(
        enrolment=enrolment,
        progress=progress,
        state=found(progress.state_of(stage.code)),
        module=module,
        code=code,
        shown=lesson_for(actor, enrolment, code),
        lines=lines_of([*module.lessons, *around]),
        previous=before,
        next=after if after and progress.is_lesson_open(after) else None,
    )

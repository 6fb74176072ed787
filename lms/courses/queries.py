"""What pages and services look up about programmes, runs and lessons.

Each query takes the actor, where it matters, and puts what they may see into WHERE: what is not
there and what is not theirs are one and the same 404.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy import bindparam, case, literal_column, select, union_all
from sqlalchemy.orm import defer, joinedload, lazyload

from lms.accounts.models import Person
from lms.accounts.queries import Actor
from lms.core.db import db
from lms.core.errors import found
from lms.core.prepared import Prepared
from lms.core.text import Bilingual
from lms.courses import rules
from lms.courses.models import (
    Enrolment,
    Lesson,
    LessonMedia,
    LessonRead,
    LessonVersion,
    Programme,
    ProgrammeVersion,
    StagePass,
)
from lms.courses.outlines import LessonText, outline_in, text_of
from lms.courses.rules import Module, Outline, Progress, StageState
from lms.courses.runs import Run, run_with_lesson


def programme_with(code: str) -> Programme | None:
    """Return the programme with this code."""
    return db.session.scalar(select(Programme).filter_by(code=code))


_RUNS = (
    select(Enrolment)
    .where(Enrolment.person_id == bindparam("person_id"))
    .order_by(Enrolment.opened_at.desc(), Enrolment.id.desc())
    .options(
        lazyload(Enrolment.programme),
        joinedload(Enrolment.version).options(
            defer(ProgrammeVersion.structure), lazyload(ProgrammeVersion.programme)
        ),
    )
)
"""Without the structures: `outlines` has read them before."""


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


def lesson_titles() -> dict[str, Bilingual]:
    """Return lesson code -> title, for the published lessons by their codes."""
    published = Lesson.published_id == LessonVersion.id
    query = select(Lesson.code, LessonVersion.title).join(LessonVersion, published)
    titles: dict[str, Bilingual] = dict(db.session.execute(query.order_by(Lesson.code)).all())
    return titles


def enrolments_of(person: Person) -> Sequence[Enrolment]:
    """Return a person's runs, latest first."""
    return db.session.scalars(_RUNS, {"person_id": person.id}).all()


def latest_run(person: Person, programme: Programme) -> Enrolment | None:
    """Return a person's latest run of one programme."""
    runs = select(Enrolment).filter_by(person_id=person.id, programme_id=programme.id)
    return db.session.scalar(runs.order_by(Enrolment.cycle.desc()).limit(1))


def outline_of(run: Enrolment | Run) -> Outline:
    """Return the structure of a run's programme, as it was when the run began."""
    return run.outline if isinstance(run, Run) else outline_in(run.version)


_DONE = Prepared(
    union_all(
        select(literal_column("'lesson'").label("what"), Lesson.code)
        .join(LessonRead, LessonRead.lesson_id == Lesson.id)
        .where(LessonRead.enrolment_id == bindparam("run"), LessonRead.read_at.is_not(None)),
        select(literal_column("'stage'"), StagePass.stage).where(
            StagePass.enrolment_id == bindparam("run")
        ),
    )
)


def progress_of(run: Enrolment | Run) -> Progress:
    """Compute where a run stands, from one statement."""
    done: dict[str, set[str]] = {"lesson": set(), "stage": set()}
    for what, code in _DONE.rows(run=run.id):
        done[what].add(code)
    return rules.progress(outline_of(run), done["lesson"], done["stage"])


def lesson_after(run: Run, code: str) -> str | None:
    """Return which lesson follows in a run; None at its end and where the next stage is locked."""
    _before, after = run.outline.around(code)
    return after if after and progress_of(run).is_lesson_open(after) else None


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


_LINES = Prepared(
    select(Lesson.code, LessonVersion.title, LessonVersion.minutes)
    .join(LessonVersion, LessonVersion.id == Lesson.published_id)
    .where(Lesson.code.in_(bindparam("codes", expanding=True)))
)


def lines_of(codes: Iterable[str]) -> dict[str, LessonLine]:
    """Return code -> title and minutes of the published versions, in one statement.

    A lesson that is not published stands there with its code for a title: lists stay whole.
    """
    wanted = list(codes)
    lines = {row.code: LessonLine(*row) for row in _LINES.rows(codes=wanted)}
    return {
        code: lines.get(code) or LessonLine(code, {"zh": code, "en": code}, 0) for code in wanted
    }


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a lesson was read in a run."""

    version_id: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownLesson:
    """The version of a lesson that a run shows, and how far its reader came."""

    version: LessonText
    mark: Mark | None
    """None until the lesson is opened."""

    @property
    def is_read(self) -> bool:
        """Whether it was read to its end."""
        return self.mark is not None and self.mark.read_at is not None

    @property
    def is_updated(self) -> bool:
        """Whether it was begun in an earlier version than the one that is shown."""
        return self.mark is not None and self.mark.version_id != self.version.id


_SHOWN = Prepared(
    select(LessonVersion.id, LessonVersion.digest, LessonRead.version_id, LessonRead.read_at)
    .select_from(Lesson)
    .join(
        Enrolment,
        (Enrolment.id == bindparam("run")) & (Enrolment.person_id == bindparam("person")),
    )
    .outerjoin(
        LessonRead, (LessonRead.lesson_id == Lesson.id) & (LessonRead.enrolment_id == Enrolment.id)
    )
    .join(
        LessonVersion,
        LessonVersion.id
        == case(
            (LessonRead.read_at.is_not(None), LessonRead.version_id), else_=Lesson.published_id
        ),
    )
    .where(Lesson.code == bindparam("code"))
)


def lesson_for(actor: Actor, run: Run, code: str) -> ShownLesson:
    """Return a lesson as a run of the actor shows it.

    What was read stays as it was read; until then the published version is shown.
    """
    row = found(_SHOWN.row(run=run.id, person=actor.id, code=code))
    version_id, digest, *mark = row
    return ShownLesson(text_of(version_id, digest), None if mark[0] is None else Mark(*mark))


def published_lesson(code: str) -> Lesson:
    """Return a lesson that has a published version."""
    return found(db.session.scalar(_PUBLISHED, {"code": code}))


_PUBLISHED = select(Lesson).where(
    Lesson.code == bindparam("code"), Lesson.published_id.is_not(None)
)


def mark_of(run: Enrolment | Run, code: str) -> Mark | None:
    """Return how far a lesson was read in a run."""
    row = _MARK.row(run=run.id, code=code)
    return None if row is None else Mark(*row)


_MARK = Prepared(
    select(LessonRead.version_id, LessonRead.read_at)
    .join(Lesson, Lesson.id == LessonRead.lesson_id)
    .where(LessonRead.enrolment_id == bindparam("run"), Lesson.code == bindparam("code"))
)


def version_read(code: str, version_id: int | None) -> LessonText:
    """Return the version of a lesson that was on a page: the one named, if it is of this lesson.

    Args:
        code: of the lesson.
        version_id: as the page says; None, or another lesson's, for the published one.
    """
    row = _VERSION_NAMED.row(code=code, version=version_id) if version_id is not None else None
    return text_of(*(row or found(_VERSION_PUBLISHED.row(code=code))))


_VERSION_NAMED = Prepared(
    select(LessonVersion.id, LessonVersion.digest)
    .join(Lesson, Lesson.id == LessonVersion.lesson_id)
    .where(Lesson.code == bindparam("code"), LessonVersion.id == bindparam("version"))
)
_VERSION_PUBLISHED = Prepared(
    select(LessonVersion.id, LessonVersion.digest)
    .join(Lesson, Lesson.published_id == LessonVersion.id)
    .where(Lesson.code == bindparam("code"))
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
class LessonPage:
    """All that the reader shows around one lesson."""

    run: Run
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

    def opened(self) -> "LessonPage":
        """Return the page as it is once this version has been opened, and not yet read."""
        mark = Mark(self.shown.version.id, None)
        return replace(self, shown=replace(self.shown, mark=mark))

    @property
    def position(self) -> int:
        """Number of the lesson within its module, from 1."""
        return self.module.lessons.index(self.code) + 1

    @property
    def module_number(self) -> int:
        """Number of the module within its stage, from 1."""
        return self.state.stage.modules.index(self.module) + 1


def lesson_page(actor: Actor, code: str) -> LessonPage:
    """Return a lesson of the actor's latest run that contains it, and what surrounds it."""
    run = found(run_with_lesson(actor, code))
    progress = progress_of(run)
    stage, module = found(progress.outline.place_of(code))
    before, after = progress.outline.around(code)
    around = [each for each in (before, after) if each]
    return LessonPage(
        run=run,
        progress=progress,
        state=found(progress.state_of(stage.code)),
        module=module,
        code=code,
        shown=lesson_for(actor, run, code),
        lines=lines_of([*module.lessons, *around]),
        previous=before,
        next=after if after and progress.is_lesson_open(after) else None,
    )

"""What can be done in learning. Each function is one transaction."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.queries import Actor
from lms.core import audit, clock, events, upsert, writer
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.courses import policies, queries, rules, runs
from lms.courses.errors import AlreadyEnrolledError, LessonLockedError, NotPublishedError
from lms.courses.events import Enrolled, LessonFinished, ProgrammeCompleted, StageCompleted
from lms.courses.models import (
    Enrolment,
    EnrolmentSource,
    LessonRead,
    Programme,
    StagePass,
)
from lms.courses.queries import LessonPage
from lms.courses.rules import Progress


@transaction()
def enrol(
    person: Person,
    programme: Programme,
    *,
    source: EnrolmentSource,
    actor: Person | None,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Enrolment:
    """Begin a person's next run of a programme, in the version that is published now.

    Args:
        person: who takes it.
        programme: what is taken.
        source: how it came about.
        actor: who assigned it; the person, if they chose it; None for the system.
        due_on: last day on which completing it is in time; None for no limit.
        at: the instant; now, unless an import says otherwise.

    Raises:
        NotPublishedError: the programme has no published version.
        AlreadyEnrolledError: the latest run is not completed.
    """
    at = at or clock.now()
    if programme.published_id is None:
        raise NotPublishedError
    latest = queries.latest_run(person, programme)
    if not policies.may_enrol(queries.progress_of(latest) if latest else None):
        raise AlreadyEnrolledError(name=person.name)
    enrolment = Enrolment(
        person_id=person.id,
        programme_id=programme.id,
        version_id=programme.published_id,
        cycle=latest.cycle + 1 if latest else 1,
        source=source,
        assigned_by_id=actor.id if actor and actor.id != person.id else None,
        opened_at=at,
        due_on=due_on,
        unit_id=person.unit_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:  # another request was first; its run is the one
        raise AlreadyEnrolledError(name=person.name) from None
    audit.note(
        "courses.enrolled",
        kind="enrolment",
        object_id=enrolment.id,
        actor_id=actor.id if actor else None,
        at=at,
        person=person.id,
        programme=programme.code,
        cycle=enrolment.cycle,
        due_on=due_on.isoformat() if due_on else None,
    )
    events.publish(Enrolled(enrolment, actor, at))
    return enrolment


def open_lesson(page: LessonPage, *, at: datetime | None = None) -> bool:
    """Note that a lesson was opened, in the version that is shown; opening it again changes nothing.

    One statement, written together with what others write: a class opens its lesson at one moment.

    Args:
        page: the lesson in one of its reader's own runs, as it was just looked up.
        at: the instant; now, unless an import says otherwise.

    Returns:
        Whether this call did it. Another tab may have been first, with another version.

    Raises:
        LessonLockedError: the lesson's stage is not open yet.
    """
    if not policies.may_study(page.progress, page.code):
        raise LessonLockedError(number=page.state.stage.number - 1)
    values = {
        "run": page.run.id,
        "version": page.shown.version.id,
        "at": writer.instant(at or clock.now()),
    }
    opening = writer.named(_OPENING)
    return bool(writer.write(lambda execute: execute(opening, values)))


_OPENING = """
INSERT INTO lesson_read (enrolment_id, lesson_id, version_id, opened_at)
SELECT {run}, lesson_id, id, {at} FROM lesson_version WHERE id = {version}
ON CONFLICT DO NOTHING
RETURNING version_id
"""


def _open(progress: Progress, run_id: int, lesson_code: str, at: datetime) -> None:
    """Note that a lesson was opened that is read without having been."""
    stage, _module = found(progress.outline.place_of(lesson_code))
    if not policies.may_study(progress, lesson_code):
        raise LessonLockedError(number=stage.number - 1)
    lesson = queries.published_lesson(lesson_code)
    opening = upsert.insert(LessonRead).values(
        enrolment_id=run_id,
        lesson_id=lesson.id,
        version_id=lesson.published_id,
        opened_at=at,
    )
    db.session.execute(opening.on_conflict_do_nothing())  # another tab may be first


@transaction()
def finish_lesson(
    enrolment_id: int,
    lesson_code: str,
    *,
    actor: Actor,
    version_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Note that a lesson was read to its end; only the first time counts.

    Args:
        enrolment_id: one of the actor's own runs.
        lesson_code: a lesson of an open stage.
        actor: the trainee.
        version_id: the version that was on the page; the published one, if it names none of
            this lesson's.
        at: the instant; now, unless an import says otherwise.

    Raises:
        NotFoundError: it is not the actor's run, or there is no such lesson in it.
        LessonLockedError: the lesson's stage is not open yet.
    """
    at = at or clock.now()
    run = runs.held(actor, enrolment_id)
    before = queries.progress_of(run)
    if queries.mark_of(run, lesson_code) is None:
        _open(before, run.id, lesson_code, at)
    version = queries.version_read(lesson_code, version_id)
    closed = {"run": run.id, "lesson": version.lesson_id, "at": at, "version": version.id}
    if db.session.scalar(_CLOSING, closed) is None:
        return
    events.publish(LessonFinished(run, lesson_code, version, at))
    _tell_what_is_completed(run.id, before, rules.with_lesson(before, lesson_code), at)


_MARKS: Any = LessonRead.__table__
_CLOSING = (
    update(_MARKS)
    .where(
        _MARKS.c.enrolment_id == bindparam("run"),
        _MARKS.c.lesson_id == bindparam("lesson"),
        _MARKS.c.read_at.is_(None),
    )
    .values(read_at=bindparam("at"), version_id=bindparam("version"))
    .returning(_MARKS.c.lesson_id)
)


@transaction()
def note_stage_passed(
    enrolment_id: int, stage: str, *, score: Fraction, attempt_id: int, at: datetime
) -> None:
    """Keep the fact that a stage's exam was passed; only the first time counts.

    Args:
        enrolment_id: the run in which it was sat.
        stage: code of the stage that the exam closes.
        score: from 0 to 1.
        attempt_id: which sitting.
        at: when it was handed in.

    Raises:
        NotFoundError: there is no such run, or no such stage in it.
    """
    enrolment = found(db.session.get(Enrolment, enrolment_id))
    _hold(enrolment.id)
    before = queries.progress_of(enrolment)
    found(before.state_of(stage))
    passing = upsert.insert(StagePass).values(
        enrolment_id=enrolment.id, stage=stage, passed_at=at, score=score, attempt_id=attempt_id
    )
    db.session.execute(passing.on_conflict_do_nothing())
    _tell_what_is_completed(enrolment.id, before, queries.progress_of(enrolment), at)


def _hold(enrolment_id: int) -> None:
    """Let one change of a run wait for another, see `runs.held`."""
    db.session.execute(_HELD, {"enrolment_id": enrolment_id})


_HELD = (
    select(Enrolment.id)
    .where(Enrolment.id == bindparam("enrolment_id"))
    .with_for_update(key_share=True)  # whoever only refers to the run, as a fact does, waits not
)


def _tell_what_is_completed(run_id: int, before: Progress, after: Progress, at: datetime) -> None:
    stages = rules.newly_done(before, after)
    if not stages:
        return
    enrolment = db.session.get_one(Enrolment, run_id)
    for stage in stages:
        events.publish(StageCompleted(enrolment, stage, at))
    if after.is_completed and not before.is_completed:
        enrolment.completed_at = at
        events.publish(ProgrammeCompleted(enrolment, at))

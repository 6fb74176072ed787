"""The rows that reports are computed from: streamed as columns, restricted in the database.

The columns are named as `frames` calls them. What counts is when a thing happened: a sitting that
was handed in, a lesson that was read, a certificate that was awarded within the period.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, or_, select, type_coerce

from lms.accounts.models import OrgUnit, Person
from lms.certificates.models import (
    Certificate,
    CertificateDefinition,
    CertificateEvent,
    CertificateEventKind,
)
from lms.core.db import db
from lms.courses.models import Enrolment, Lesson, LessonRead, LessonVersion, StagePass
from lms.exams.models import Attempt, Question, QuestionVersion, Response
from lms.reports.queries import Selection

CHUNK = 2000
"""Rows that are fetched at once."""
REVOKED = and_(
    CertificateEvent.certificate_id == Certificate.id,
    CertificateEvent.kind == CertificateEventKind.REVOKED,
)


def enrolments(chosen: Selection) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream the runs that were under way in the period: neither over before nor begun after."""
    query = (
        select(
            Enrolment.id.label("run"),
            Enrolment.person_id.label("person"),
            Enrolment.unit_id.label("unit"),
            Enrolment.opened_at.label("opened_at"),
            Enrolment.due_on.label("due_on"),
            Enrolment.completed_at.label("completed_at"),
            Person.deactivated_at.label("left_at"),
            Person.is_demo.label("is_demo"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .where(_concerns(chosen), Enrolment.opened_at < chosen.end)
    )
    if chosen.start is not None:
        query = query.where(
            or_(Enrolment.completed_at.is_(None), Enrolment.completed_at >= chosen.start),
            or_(Person.deactivated_at.is_(None), Person.deactivated_at >= chosen.start),
        )
    return _stream(query.order_by(Enrolment.id))


def sittings(chosen: Selection) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream the attempts that were handed in during the period and have been marked."""
    query = select(
        Attempt.id.label("attempt"),
        Attempt.enrolment_id.label("run"),
        Attempt.person_id.label("person"),
        Enrolment.unit_id.label("unit"),
        Attempt.stage.label("stage"),
        Attempt.number.label("number"),
        Attempt.submitted_at.label("at"),
        type_coerce(Attempt.score, String).label("score"),
        Attempt.passed.label("passed"),
    ).join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    query = query.where(
        _concerns(chosen), _within(chosen, Attempt.submitted_at), Attempt.score.is_not(None)
    )
    if chosen.stage:
        query = query.where(Attempt.stage == chosen.stage.code)
    return _stream(query.order_by(Attempt.id))


def readings(chosen: Selection) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream the lessons that were finished in the period, with their minutes."""
    query = (
        select(
            LessonRead.enrolment_id.label("run"),
            Enrolment.person_id.label("person"),
            Enrolment.unit_id.label("unit"),
            Lesson.code.label("lesson"),
            LessonRead.read_at.label("at"),
            LessonVersion.minutes.label("minutes"),
        )
        .join(Enrolment, Enrolment.id == LessonRead.enrolment_id)
        .join(Lesson, Lesson.id == LessonRead.lesson_id)
        .join(LessonVersion, LessonVersion.id == LessonRead.version_id)
        .where(_concerns(chosen), _within(chosen, LessonRead.read_at))
    )
    if chosen.stage:
        query = query.where(Lesson.code.in_(chosen.stage.lessons))
    return _stream(query)


def passes(chosen: Selection) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream the stages whose exam was passed in the period."""
    query = select(
        StagePass.enrolment_id.label("run"),
        Enrolment.person_id.label("person"),
        Enrolment.unit_id.label("unit"),
        StagePass.stage.label("stage"),
        StagePass.passed_at.label("at"),
    ).join(Enrolment, Enrolment.id == StagePass.enrolment_id)
    query = query.where(_concerns(chosen), _within(chosen, StagePass.passed_at))
    if chosen.stage:
        query = query.where(StagePass.stage == chosen.stage.code)
    return _stream(query)


def certificates(chosen: Selection) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream the certificates that were awarded up to the end of the period."""
    query = (
        select(
            Certificate.person_id.label("person"),
            Enrolment.unit_id.label("unit"),
            CertificateDefinition.code.label("definition"),
            Certificate.awarded_at.label("at"),
            Certificate.valid_until.label("valid_until"),
            CertificateEvent.at.label("revoked_at"),
        )
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(CertificateDefinition, CertificateDefinition.id == Certificate.definition_id)
        .outerjoin(CertificateEvent, REVOKED)
        .where(_concerns(chosen), Certificate.awarded_at < chosen.end)
        .where(Certificate.reissue_of_id.is_(None))  # a correction is no further award
    )
    if chosen.stage:
        query = query.where(CertificateDefinition.code == chosen.stage.certificate)
    return _stream(query)


def papers(attempts: Iterable[int]) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream attempt, person, layout and corrected marks of some attempts."""
    query = select(Attempt.id, Attempt.person_id, Attempt.layout, Attempt.regraded)
    return _stream(query.where(Attempt.id.in_(list(attempts))))


def marks(attempts: Iterable[int]) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream attempt, slot and mark (as text) of what was answered in some attempts."""
    query = select(Response.attempt_id, Response.slot, type_coerce(Response.mark, String))
    return _stream(query.where(Response.attempt_id.in_(list(attempts))))


def modules_of_questions() -> dict[int, str]:
    """Return question version id -> code of the module that it belongs to."""
    query = select(QuestionVersion.id, Question.unit).join(
        Question, Question.id == QuestionVersion.question_id
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _concerns(chosen: Selection) -> ColumnElement[bool]:
    """Runs of the programme, in the unit where the person stood when the run began."""
    of_programme = Enrolment.programme_id == chosen.programme_id
    if chosen.unit is None:
        return of_programme
    below = select(OrgUnit.id).where(OrgUnit.path.like(f"{chosen.unit.path}%"))
    return and_(of_programme, Enrolment.unit_id.in_(below))


def _within(chosen: Selection, column: Any) -> ColumnElement[bool]:
    ended = column < chosen.end
    return ended if chosen.start is None else and_(column >= chosen.start, ended)


def _stream(query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    yield from db.session.execute(query, execution_options={"yield_per": CHUNK})

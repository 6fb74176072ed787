"""A small history made through the services: who was enrolled, sat, passed, finished."""

from datetime import date, datetime, timedelta

from lms.accounts.models import OrgUnit, Person
from lms.courses import services as courses
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.exams import services as exams
from lms.exams.models import Attempt
from lms.exams.sitting import Answer
from lms.reports import frames, queries
from lms.reports.groups import Figures
from lms.reports.rules import Spec
from tests import factories
from tests.exams import papers
from tests.factories import NOON

LATER = NOON + timedelta(days=300)
"""After everything that tests let happen."""


def course() -> Programme:
    """A programme of two stages; the exam of the first has five questions, 80 % to pass."""
    row = papers.programme()
    papers.exam(cooldown_days=[0], draw=[{"unit": "M1", "count": 5}])
    for number, kind in enumerate(papers.BANKED[:5], start=1):
        papers.question(f"M1-q{number}", kind)
    return row


def enrolled(
    programme: Programme,
    *,
    unit: OrgUnit | None = None,
    due_on: date | None = None,
    at: datetime = NOON,
) -> Enrolment:
    """Someone new, enrolled, who has read the lesson of the first stage."""
    person = factories.person(unit=unit)
    run = courses.enrol(
        person,
        programme,
        source=EnrolmentSource.ASSIGNED,
        actor=person,
        due_on=due_on,
        at=at,
    )
    courses.finish_lesson(run.id, "M1-1", actor=person, at=at)
    return run


def sits(run: Enrolment, right: int, *, at: datetime = NOON) -> Attempt:
    """Let the person of a run sit the exam with so many right answers of five."""
    actor = run.person
    attempt, _new = exams.start_attempt("stage-1", actor=actor, at=at - timedelta(minutes=10))
    kinds = papers.kinds(attempt)
    answers = [
        Answer(slot, 1, papers.RIGHT[kind])
        for slot, kind in enumerate(kinds, start=1)
        if slot <= right
    ]
    return exams.hand_in(attempt.id, answers, client=attempt.client, actor=actor, at=at)


def finishes(run: Enrolment, *, at: datetime) -> None:
    """Let the person read the last lesson, which completes the programme after a passed exam."""
    courses.finish_lesson(run.id, "M2-1", actor=run.person, at=at)


def figures(
    spec: Spec | None = None, *, actor: Person | None = None, at: datetime = LATER
) -> Figures:
    """Compute a report on the course."""
    return frames.compute(queries.selection(spec or Spec("p"), actor=actor, at=at))

"""Who waits for a talk about failed attempts, in the actor's scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.accounts.rules import Role
from lms.core.db import db
from lms.exams import queries
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import timing
from lms.exams.rules.settings import ExamRules

ROLES = frozenset({Role.TRAINER, Role.HR, Role.ADMIN})
"""By which roles somebody talks with whom."""


@dataclass(frozen=True, slots=True)
class Due:
    """A person whose next attempt waits for a talk."""

    enrolment_id: int
    exam_code: str
    title: Mapping[str, str]
    name: str
    failures: int
    failed_at: datetime
    """When the last failed attempt was handed in."""


def due(actor: Person, enrolment_id: int | None = None) -> Sequence[Due]:
    """Return who waits for a talk, longest first; of one run only, if it is given."""
    rules = _asking()
    if not rules:
        return []
    failures = func.sum(case((Attempt.passed.is_(False), 1), else_=0))
    passes = func.sum(case((Attempt.passed.is_(True), 1), else_=0))
    query = (
        select(
            Attempt.enrolment_id,
            Exam.code,
            Person.name,
            func.count().label("used"),
            failures.label("failures"),
            func.max(Attempt.submitted_at).label("failed_at"),
        )
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Exam.code.in_(rules), Person.deactivated_at.is_(None), Person.id != actor.id)
        .where(visible_to(actor, roles=ROLES))
        .group_by(Attempt.enrolment_id, Exam.code, Person.id, Person.name)
        .having(passes == 0, failures == func.count())
        .order_by(func.max(Attempt.submitted_at), Attempt.enrolment_id, Exam.code)
    )
    if enrolment_id is not None:
        query = query.where(Attempt.enrolment_id == enrolment_id)
    rows = db.session.execute(query).all()
    talks = queries.talks_of({row.enrolment_id for row in rows})
    return [
        Due(
            row.enrolment_id, row.code, rules[row.code].title, row.name, row.failures, row.failed_at
        )
        for row in rows
        if row.used < rules[row.code].attempts
        and timing.needs_talk(
            [row.failed_at] * row.failures,
            talks.get((row.enrolment_id, row.code), ()),
            rules[row.code].talk_after,
        )
    ]


def _asking() -> dict[str, ExamRules]:
    published = select(Exam.code, ExamVersion.settings).join(Exam.published)
    rules = {code: ExamRules.read(given) for code, given in db.session.execute(published)}
    return {code: each for code, each in rules.items() if each.talk_after}

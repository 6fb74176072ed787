"""Who waits for a talk about failed attempts, in the actor's scope."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.db import db
from lms.exams import queries
from lms.exams.allowed import of_people
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import timing
from lms.exams.rules.allowances import NOTHING
from lms.exams.rules.settings import ExamRules
from lms.web.i18n import today

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


def due(
    actor: Person, enrolment_id: int | None = None, *, at: datetime | None = None
) -> Sequence[Due]:
    """Return who waits for a talk and has an attempt left, longest first.

    Args:
        actor: whose scope counts.
        enrolment_id: of the only run that is wanted; None for all.
        at: now; attempts that are granted beyond the rules count on their days.
    """
    rules = _asking()
    if not rules:
        return []
    query = _failed(actor, rules)
    if enrolment_id is not None:
        query = query.where(Attempt.enrolment_id == enrolment_id)
    rows = _unspoken(db.session.execute(query).all(), rules)
    people = {row.person_id for row in rows if row.used >= rules[row.code].attempts}
    allowed = of_people(people, rules, day=today(at or clock.now()))
    return [
        Due(
            row.enrolment_id, row.code, rules[row.code].title, row.name, row.failures, row.failed_at
        )
        for row in rows
        if row.used
        < rules[row.code].attempts + allowed.get((row.person_id, row.code), NOTHING).extra_attempts
    ]


def _failed(actor: Person, codes: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """Select the runs in which an exam was failed and never passed, with how often and when."""
    failures = func.sum(case((Attempt.passed.is_(False), 1), else_=0))
    passes = func.sum(case((Attempt.passed.is_(True), 1), else_=0))
    return (
        select(
            Attempt.enrolment_id,
            Attempt.person_id,
            Exam.code,
            Person.name,
            func.count().label("used"),
            failures.label("failures"),
            func.max(Attempt.submitted_at).label("failed_at"),
        )
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Exam.code.in_(codes), Person.deactivated_at.is_(None), Person.id != actor.id)
        .where(visible_to(actor, roles=ROLES))
        .group_by(Attempt.enrolment_id, Attempt.person_id, Exam.code, Person.id, Person.name)
        .having(passes == 0, failures == func.count())
        .order_by(func.max(Attempt.submitted_at), Attempt.enrolment_id, Exam.code)
    )


def _unspoken(rows: Sequence[Any], rules: Mapping[str, ExamRules]) -> list[Any]:
    """Return those of the rows whose last failure nobody has talked about."""
    talks = queries.talks_of({row.enrolment_id for row in rows})
    return [
        row
        for row in rows
        if timing.needs_talk(
            [row.failed_at] * row.failures,
            talks.get((row.enrolment_id, row.code), ()),
            rules[row.code].talk_after,
        )
    ]


def _asking() -> dict[str, ExamRules]:
    published = select(Exam.code, ExamVersion.settings).join(Exam.published)
    rules = {code: ExamRules.read(given) for code, given in db.session.execute(published)}
    return {code: each for code, each in rules.items() if each.talk_after}

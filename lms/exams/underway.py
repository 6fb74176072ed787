"""Who sits an exam just now, in the actor's scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.exams.bank import ROLES
from lms.exams.models import Attempt, ExamVersion, ExtraTime
from lms.exams.rules.allowances import Allowance


@dataclass(frozen=True, slots=True)
class Underway:
    """An attempt whose time runs."""

    attempt_id: int
    name: str
    title: Mapping[str, str]
    deadline_at: datetime
    extra_minutes: int
    """Granted so far."""
    allowance: Allowance
    """By an accommodation, from its beginning."""


def underway(actor: Person, *, at: datetime) -> Sequence[Underway]:
    """Return the attempts that run, those that end first at the front; one statement."""
    granted = select(func.coalesce(func.sum(ExtraTime.minutes), 0))
    granted = granted.where(ExtraTime.attempt_id == Attempt.id)
    query = (
        select(
            Attempt.id,
            Person.name,
            ExamVersion.settings,
            Attempt.deadline_at,
            granted.scalar_subquery(),
            Attempt.extra_percent,
            Attempt.is_untimed,
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(ExamVersion, ExamVersion.id == Attempt.version_id)
        .where(Attempt.submitted_at.is_(None), Attempt.deadline_at >= at, Person.id != actor.id)
        .where(visible_to(actor, roles=ROLES))
        .order_by(Attempt.deadline_at, Attempt.id)
    )
    return [
        Underway(number, name, settings["title"], ends, extra, Allowance(percent, is_untimed))
        for number, name, settings, ends, extra, percent, is_untimed in db.session.execute(query)
    ]

"""Granting time to an attempt that runs; its page learns of it with the next save."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.exams.models import Attempt
from lms.exams.paper_models import ExtraTime
from lms.exams.rules import timing
from lms.exams.rules.settings import ExamRules
from lms.exams.underway import held_in_scope


@transaction()
def grant_time(
    attempt_id: int, minutes: int, reason: str, *, actor: Person, at: datetime | None = None
) -> Attempt:
    """Move the end of a running attempt later.

    Args:
        attempt_id: of someone in the actor's scope; nobody grants their own.
        minutes: at least 1; they come on top of what was granted before.
        reason: why, in a line.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NotFoundError: there is no such attempt in the actor's scope.
        NotRunningError: it was handed in, or its time is up.
    """
    at = at or clock.now()
    attempt = held_in_scope(actor, attempt_id, at=at)
    grant = ExtraTime(
        attempt_id=attempt.id, minutes=minutes, reason=reason, granted_by_id=actor.id, granted_at=at
    )
    db.session.add(grant)
    db.session.flush()
    granted = select(func.sum(ExtraTime.minutes)).where(ExtraTime.attempt_id == attempt.id)
    extra = timedelta(minutes=db.session.scalar(granted) or 0)
    rules = ExamRules.read(attempt.version.settings)
    attempt.deadline_at = timing.deadline(
        attempt.started_at,
        rules.minutes,
        factor=attempt.factor,
        extra=extra,
        closes_at=rules.closes_at,
    )
    audit.note(
        "exams.time_granted", kind="attempt", object_id=attempt.id, actor_id=actor.id, at=at,
        minutes=minutes, reason=reason,
    )  # fmt: skip
    return attempt

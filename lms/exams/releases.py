"""From when on a trainee may see what of an attempt: the review policy, and who still sits."""

from datetime import datetime, timedelta

from sqlalchemy import select

from lms.core import clock, site
from lms.core.db import db
from lms.exams.models import Attempt, ExamVersion
from lms.exams.rules import releasing
from lms.exams.rules.releasing import Seen
from lms.exams.rules.settings import ExamRules, Shown


def seen_of(attempt: Attempt, rules: ExamRules, *, at: datetime | None = None) -> Seen:
    """Return what the trainee of an attempt may see.

    Two statements where something waits for the closing, else none.

    Args:
        attempt: handed in.
        rules: of its version.
        at: now.
    """
    closing = _closing(attempt, rules) if rules.review_after_closing else None
    return releasing.seen(rules, at=at or clock.now(), closing=closing, grace=_grace())


def opening(attempt: Attempt, rules: ExamRules, what: Shown) -> datetime | None:
    """Return from when on something of an attempt is shown, as far as is known now.

    None if never. What waits for the closing may come later than this says: time can be granted.
    """
    found = []
    if what in releasing.with_marks(rules.review):
        return attempt.submitted_at
    if what in releasing.with_marks(rules.review_later) and rules.review_at:
        found.append(rules.review_at)
    if what in releasing.with_marks(rules.review_after_closing):
        closing = _closing(attempt, rules)
        found += [closing + _grace() + timedelta(seconds=1)] if closing else []
    return min(found, default=None)


def _closing(attempt: Attempt, rules: ExamRules) -> datetime | None:
    version = attempt.version
    query = select(ExamVersion.made_at, ExamVersion.settings).where(
        ExamVersion.exam_id == attempt.exam_id, ExamVersion.number > version.number
    )
    newer = [
        (row.made_at, ExamRules.read(row.settings).closes_at)
        for row in db.session.execute(query.order_by(ExamVersion.number))
    ]
    is_open = (Attempt.exam_id == attempt.exam_id) & Attempt.submitted_at.is_(None)
    sitting = select(Attempt.started_at, Attempt.deadline_at).where(is_open)
    rows = [(row.started_at, row.deadline_at) for row in db.session.execute(sitting)]
    return releasing.closing(rules.closes_at, newer, rows)


def _grace() -> timedelta:
    return timedelta(seconds=site.settings().grace_seconds)

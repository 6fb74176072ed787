"""What the state of an exam allows. Each answers yes or no and changes nothing.

Who may act is decided before: by the permission table and by the queries.
"""

from datetime import datetime

from lms.core.errors import LmsError
from lms.courses.rules import StageState
from lms.exams.errors import (
    AlreadyPassedError,
    AwaitingMarkError,
    ClosedError,
    CoolingDownError,
    NoAttemptsLeftError,
    NotOpenYetError,
    OpensLaterError,
    TalkFirstError,
)
from lms.exams.models import Attempt
from lms.exams.queries import ExamSummary
from lms.web.i18n import instant


def refusal_to_start(summary: ExamSummary, stage: StageState, *, at: datetime) -> LmsError | None:
    """Return why no new attempt may begin, or None if it may.

    In this order: passed already (unless the exam lets it be sat again), stage not ready, still to be marked, not opened yet or closed,
    no attempt left, no talk recorded, pause not over.
    """
    if summary.is_passed and not summary.rules.retake_after_pass:
        return AlreadyPassedError()
    if not stage.is_exam_open:
        return NotOpenYetError()
    if summary.is_waiting:
        return AwaitingMarkError()
    if refusal := _refusal_by_window(summary, at=at):
        return refusal
    if summary.attempts_used >= summary.attempts_allowed:
        return NoAttemptsLeftError(allowed=summary.attempts_allowed)
    return _refusal_to_repeat(summary, at=at)


def _refusal_by_window(summary: ExamSummary, *, at: datetime) -> LmsError | None:
    opens_at, closes_at = summary.rules.opens_at, summary.rules.closes_at
    if opens_at and at < opens_at:
        return OpensLaterError(opens=instant(opens_at))
    if closes_at and at >= closes_at:
        return ClosedError(closed=instant(closes_at))
    return None


def _refusal_to_repeat(summary: ExamSummary, *, at: datetime) -> LmsError | None:
    if summary.needs_talk:
        return TalkFirstError()
    if summary.retake_opens_at and at < summary.retake_opens_at:
        return CoolingDownError(opens=instant(summary.retake_opens_at))
    return None


def may_see_result(attempt: Attempt) -> bool:
    """After handing in; until then the page would say which answers are right."""
    return not attempt.is_open

"""A paper of one's own: drawn, with its time, and known to the browser that asked for it."""

import hashlib
import logging
import secrets
from datetime import datetime

from lms.core.errors import found
from lms.courses.models import Enrolment
from lms.exams import drawable
from lms.exams.errors import PaperNotReadyError
from lms.exams.models import Attempt, Exam
from lms.exams.queries import ExamSummary
from lms.exams.rules import drawing, timing
from lms.exams.rules.settings import ExamRules
from lms.exams.seen import seen as seen_by

log = logging.getLogger(__name__)


def paper(
    exam: Exam,
    enrolment: Enrolment,
    summary: ExamSummary,
    *,
    stage: str,
    browser: str,
    at: datetime,
) -> Attempt:
    """Return a new attempt, which is not stored yet.

    Args:
        exam: with a published version.
        enrolment: the run that it counts for.
        summary: of the exam in this run.
        stage: code of the stage that the exam closes.
        browser: what names the sign-in that asks; empty for none.
        at: its beginning.

    Raises:
        PaperNotReadyError: the bank cannot fill the blueprint.
    """
    version = found(exam.published)
    rules = ExamRules.read(version.settings)
    seed = secrets.token_hex(16)
    seen = seen_by(enrolment.person_id) if rules.avoid_seen else drawing.NOTHING_SEEN
    try:
        layout, penalties = drawing.paper(seed, rules, drawable.bank(), seen)
    except drawing.TooFewQuestionsError as error:
        log.error("exam %s: %s", exam.code, error)  # noqa: TRY400  a want of content, no fault
        raise PaperNotReadyError from error
    allowed = summary.allowance
    return Attempt(
        person_id=enrolment.person_id,
        enrolment_id=enrolment.id,
        exam_id=exam.id,
        version_id=version.id,
        stage=stage,
        number=summary.attempts_used + 1,
        seed=seed,
        layout=layout,
        penalties=penalties or None,
        client=_token(browser, seed) if browser else secrets.token_urlsafe(12),
        started_at=at,
        deadline_at=timing.deadline(
            at, rules.minutes, factor=allowed.factor, closes_at=rules.closes_at
        ),
        extra_percent=allowed.extra_percent,
        is_untimed=allowed.is_untimed,
        position=1 if rules.is_forward else None,
    )


def is_from(attempt: Attempt, browser: str) -> bool:
    """Whether this browser began an attempt, and no other has taken it over since."""
    return bool(browser) and attempt.client == _token(browser, attempt.seed)


def _token(browser: str, seed: str) -> str:
    """Return the token of whoever begins an attempt. Its seed is never shown, nor used twice."""
    return hashlib.sha256(f"{browser}\0{seed}".encode()).hexdigest()[:32]

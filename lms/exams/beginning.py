"""A paper of one's own: drawn, with its time, and known to the browser that asked for it."""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.courses.runs import Run
from lms.exams import drawable
from lms.exams.errors import PaperNotReadyError
from lms.exams.models import Attempt
from lms.exams.queries import Edition, ExamSummary
from lms.exams.rules import drawing, timing
from lms.exams.rules.settings import ExamRules
from lms.exams.seen import seen as seen_by

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Questions for one paper."""

    exam_id: int
    version_id: int
    """Version of the exam whose blueprint they fill."""
    rules: ExamRules
    """As that version has them."""
    seed: str
    layout: list[Any]
    """As the attempt keeps it."""
    penalties: Mapping[str, str]
    """What wrong choices cost where entries say so; as the attempt keeps it."""


def drawn(exam: Edition, person_id: int) -> Drawn:
    """Draw a paper for a person. Nothing is stored, so others need not wait for it.

    Args:
        exam: as it is published.
        person_id: who has seen questions before.

    Raises:
        PaperNotReadyError: the bank cannot fill the blueprint.
    """
    rules = exam.rules
    seed = secrets.token_hex(16)
    seen = seen_by(person_id) if rules.avoid_seen else drawing.NOTHING_SEEN
    try:
        layout, penalties = drawing.paper(seed, rules, drawable.bank(), seen)
    except drawing.TooFewQuestionsError as error:
        log.error("exam %s: %s", rules.code, error)  # noqa: TRY400  a want of content, no fault
        raise PaperNotReadyError from error
    return Drawn(exam.exam_id, exam.version_id, rules, seed, layout, penalties)


def paper(
    made: Drawn,
    run: Run,
    summary: ExamSummary,
    *,
    stage: str,
    browser: str,
    at: datetime,
) -> Attempt:
    """Return a new attempt, which is not stored yet.

    Args:
        made: the questions, drawn for the version that is published.
        run: that it counts for.
        summary: of the exam in this run.
        stage: code of the stage that the exam closes.
        browser: what names the sign-in that asks; empty for none.
        at: its beginning.
    """
    rules = made.rules
    allowed = summary.allowance
    return Attempt(
        person_id=run.person_id,
        enrolment_id=run.id,
        exam_id=made.exam_id,
        version_id=made.version_id,
        stage=stage,
        number=summary.attempts_used + 1,
        seed=made.seed,
        layout=made.layout,
        penalties=dict(made.penalties) or None,
        client=_token(browser, made.seed) if browser else secrets.token_urlsafe(12),
        started_at=at,
        deadline_at=timing.deadline(
            at, rules.minutes, factor=allowed.factor, closes_at=rules.closes_at
        ),
        extra_percent=allowed.extra_percent,
        is_untimed=allowed.is_untimed,
        position=1 if rules.is_forward else None,
    )


def token_for(attempt: Attempt, browser: str) -> str:
    """Return the token of an attempt for the browser that began it, unless it was taken over."""
    is_its = bool(browser) and attempt.client == _token(browser, attempt.seed)
    return attempt.client if is_its else ""


def _token(browser: str, seed: str) -> str:
    """Return the token of whoever begins an attempt. Its seed is never shown, nor used twice."""
    return hashlib.sha256(f"{browser}\0{seed}".encode()).hexdigest()[:32]

"""Deferred work on practice."""

from lms.core import clock
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.exams import queries as exams, releases
from lms.exams.models import Attempt
from lms.exams.rules.marks import FULL
from lms.exams.rules.settings import ExamRules, Shown
from lms.practice import notebook, services


@handler("practice.siblings")
def siblings(attempt_id: int) -> Effect:
    """Find out what was not right in an attempt; the effect puts questions like it into the notebook.

    Where the exam does not show that yet, because somebody was granted time since, it looks again.
    """
    attempt, now = db.session.get(Attempt, attempt_id), clock.now()
    if attempt is None:  # of the demonstration, cleared meanwhile
        return lambda: None
    opens_at = releases.opening(
        attempt, ExamRules.read(attempt.version.settings), Shown.RIGHT_WRONG
    )
    if opens_at is not None and opens_at > now:
        later = opens_at
        return lambda: services.look_up(attempt_id, at=later, again=later.isoformat())
    person_id, at = attempt.person_id, opens_at or now
    answers = exams.responses(attempt)
    shown = exams.questions(entry[0] for entry in attempt.layout)
    wrong = [
        (question.unit, question.body.get("lesson", ""))
        for slot, (version_id, _order, _points) in enumerate(attempt.layout, start=1)
        if (slot not in answers or answers[slot].mark != FULL)
        and (question := shown[version_id]).body.get("lesson")
    ]

    known = notebook.near(wrong)

    def note() -> None:
        notebook.note_siblings(person_id, wrong, known, at=at)

    return note

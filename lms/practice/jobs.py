"""Deferred work on practice."""

from lms.core import clock
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.exams import queries as exams
from lms.exams.models import Attempt
from lms.exams.rules.marks import FULL
from lms.practice import notebook


@handler("practice.siblings")
def siblings(attempt_id: int) -> Effect:
    """Find out what was not right in an attempt; the effect puts questions like it into the notebook."""
    attempt = db.session.get_one(Attempt, attempt_id)
    person_id, at = attempt.person_id, attempt.submitted_at or clock.now()
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

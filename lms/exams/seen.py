"""What a person has been shown in exams before, so that a paper can avoid it."""

from sqlalchemy import func, select

from lms.core.db import db
from lms.exams.models import Attempt, Question, QuestionVersion


def seen(person_id: int) -> dict[str, int]:
    """Return code -> when a person was last shown a question or case, higher for later."""
    sat = select(Attempt.layout).where(Attempt.person_id == person_id)
    layouts = db.session.scalars(sat.order_by(Attempt.started_at, Attempt.id))
    last = {entry[0]: turn for turn, layout in enumerate(layouts, start=1) for entry in layout}
    if not last:
        return {}
    named = select(QuestionVersion.id, func.coalesce(Question.case, Question.code))
    named = named.join(Question, Question.id == QuestionVersion.question_id)
    found_codes: dict[str, int] = {}
    for version_id, code in db.session.execute(named.where(QuestionVersion.id.in_(last))):
        found_codes[code] = max(last[version_id], found_codes.get(code, 0))
    return found_codes

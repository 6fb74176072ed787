"""Questions for practice, beside those of the small exam in `tests.exams.papers`."""

from collections.abc import Sequence
from typing import Any

from lms.accounts.models import Person
from lms.core.db import transaction
from lms.courses.models import Enrolment
from lms.exams.models import Pool, Question
from lms.exams.rules.kinds import Kind
from tests.exams import papers

RIGHT = papers.RIGHT
WRONG = {
    Kind.SINGLE: ("A",),
    Kind.MULTIPLE: ("B",),
    Kind.TRUEFALSE: ("true",),
    Kind.FILLIN: ("table",),
    Kind.NUMERIC: ("270",),
    Kind.TEXT: ("nothing",),
    Kind.MATCHING: ("1=A", "2=C"),
    Kind.ORDERING: ("A=1", "B=3", "C=2"),
    Kind.CLOZE: ("1", "A", "open"),
}


def put(question: Question, pool: Pool) -> Question:
    """Move a question to a pool, as a trainer or a file does."""
    with transaction():
        question.pool = pool
    return question


def practised(code: str, kind: Kind = Kind.SINGLE, **how: Any) -> Question:
    """Add a question of a kind to the practice pool."""
    return put(papers.question(code, kind, **how), Pool.PRACTICE)


def ready(trainee: Person, kinds: Sequence[Kind] = papers.BANKED) -> Enrolment:
    """Let the trainee study the first stage, and give it a question for practice of each kind."""
    run = papers.ready(trainee)
    for number, kind in enumerate(kinds, start=1):
        practised(f"M1-p{number}", kind)
    return run

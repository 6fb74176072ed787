"""What is done with questions of the bank on pages. Each function is one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import audit
from lms.core.db import db, transaction
from lms.exams.delivered_models import is_changed_here
from lms.exams.errors import OwnedByFilesError
from lms.exams.models import Pool, Question


@transaction()
def move(question: Question, pool: Pool, *, actor: Person, at: datetime | None = None) -> None:
    """Put a question into another pool, a case with all its parts: also to retire it or bring it back.

    Papers that have it keep it, and so do their results.

    Raises:
        OwnedByFilesError: it comes with the content files, which say its pool at every import, and
            was not changed here.
    """
    if question.bank is None and not _is_changed_here(question):
        raise OwnedByFilesError
    for each in _whole(question):
        if each.pool is pool:
            continue
        audit.note("exams.question_moved", kind="question", object_id=each.code, actor_id=actor.id,
                   at=at, bank=each.bank, pool=[each.pool.value, pool.value])  # fmt: skip
        each.pool = pool


@transaction()
def note_figures_read(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Keep that a question, a case with all its parts, is right for the site's own figures.

    It may be drawn again, until one of these figures changes once more.
    """
    for each in _whole(question):
        if each.figures in {None, each.figures_read}:
            continue
        audit.note("exams.question_figures_read", kind="question", object_id=each.code,
                   actor_id=actor.id, at=at)  # fmt: skip
        each.figures_read = each.figures


def _is_changed_here(question: Question) -> bool:
    ours = select(Question.id).where(Question.id == question.id, is_changed_here())
    return db.session.scalar(ours) is not None


def _whole(question: Question) -> Sequence[Question]:
    own = Question.case == question.case if question.case else Question.id == question.id
    return db.session.scalars(select(Question).where(own)).all()

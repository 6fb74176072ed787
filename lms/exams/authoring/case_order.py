"""A question taken out of its case, put back, moved: all in drafts, until the case is published."""

from datetime import datetime

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import transaction
from lms.core.errors import found
from lms.exams.authoring import delivered
from lms.exams.authoring.parts import mark_out, number, staying
from lms.exams.authoring.versions import hold, is_out, newest, parts_of
from lms.exams.content.question_checks import FEWEST_PARTS, MOST_PARTS
from lms.exams.errors import PartCountError
from lms.exams.models import Question


@transaction()
def take_out(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Let a question leave its case, once the case is published: till then it can be put back.

    Raises:
        NotFoundError: it is in no case.
        PartCountError: nothing would be left of it.
    """
    at = at or clock.now()
    others = _others(question)
    if not others:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    delivered.keep_here(question, at)
    mark_out(question, at)
    number(others, at)
    _note(question, actor, at)


@transaction()
def put_back(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Put a question that would leave its case behind those that stay.

    Raises:
        NotFoundError: it is in no case.
        PartCountError: the case has as many as it may have.
    """
    at = at or clock.now()
    others = _others(question)
    if len(others) >= MOST_PARTS:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    delivered.keep_here(question, at)
    number([*others, question], at)
    _note(question, actor, at)


@transaction()
def move(question: Question, step: int, *, actor: Person, at: datetime | None = None) -> None:
    """Move a question among those that stay in its case; at an end it stays where it is.

    Args:
        question: of a case.
        step: -1 for one place up, 1 for one place down.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NotFoundError: it is in no case.
    """
    at = at or clock.now()
    others = _others(question)
    place = int(newest(question).body["case"]["part"]) - 1 + step
    if is_out(newest(question)) or not 0 <= place <= len(others):
        return
    delivered.keep_here(question, at)
    others.insert(place, question)
    number(others, at)
    _note(question, actor, at)


def _others(question: Question) -> list[Question]:
    """Hold a case for a change of its parts; return those that stay, but for one."""
    found(question.case)
    hold(question)
    return [each for each in staying(parts_of(question)) if each.id != question.id]


def _note(question: Question, actor: Person, at: datetime) -> None:
    audit.note("exams.case_changed", kind="question", object_id=question.code, actor_id=actor.id,
               at=at, case=question.case)  # fmt: skip

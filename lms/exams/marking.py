"""Marking by people: who marks which answer, what it earns, and when that makes a result.

A second marker would add a `Marking` beside the first, and `mark_answer` would conclude when both
are there; until then one is enough.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from flask_babel import format_datetime
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError, found
from lms.exams import body, concluding, queries
from lms.exams.bank import ROLES
from lms.exams.errors import AlreadyMarkedError, MarkedElsewhereError
from lms.exams.models import Attempt, Marking, MarkingClaim, MarkingSnippet, Response
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rubric import ByHand, mark_by_rubric

LEASE = timedelta(minutes=15)
"""For how long an answer that was opened is kept for whoever opened it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a marker decides about an answer."""

    met: Collection[str]
    """Keys of the rubric's items that are met."""
    comment: str = ""
    keeps_comment: bool = False
    """Whether the comment is kept for this marker to use again."""


@transaction()
def claim(attempt_id: int, slot: int, *, actor: Person, at: datetime | None = None) -> None:
    """Keep an answer for the actor while they mark it.

    Raises:
        NotFoundError: there is no such answer in the actor's scope.
        AlreadyMarkedError: it is marked.
        MarkedElsewhereError: someone else has it open.
    """
    at = at or clock.now()
    _waiting(_held(attempt_id, actor), slot)
    row = _claimed(attempt_id, slot, actor=actor, at=at)
    if row is None:
        row = MarkingClaim(attempt_id=attempt_id, slot=slot)
        db.session.add(row)
    row.person_id, row.until = actor.id, at + LEASE


@transaction()
def mark_answer(
    attempt_id: int,
    slot: int,
    judgement: Judgement,
    *,
    actor: Person,
    at: datetime | None = None,
) -> Attempt:
    """Mark an answer. The last one of an attempt makes its result, with all that follows from it.

    Returns:
        The attempt; it has a score if this was the last answer to be marked.

    Raises:
        NotFoundError, AlreadyMarkedError, MarkedElsewhereError: as for `claim`.
    """
    at = at or clock.now()
    attempt = _held(attempt_id, actor)
    response = _waiting(attempt, slot)
    row = _claimed(attempt_id, slot, actor=actor, at=at)
    mark, met = _mark(attempt, slot, judgement)
    db.session.add(
        Marking(
            attempt_id=attempt_id,
            slot=slot,
            marker_id=actor.id,
            met=met,
            mark=mark,
            comment=judgement.comment,
            marked_at=at,
        )
    )
    response.mark = mark
    if row is not None:
        db.session.delete(row)
    if judgement.keeps_comment and judgement.comment:
        _keep(judgement.comment, actor)
    audit.note(
        "exams.marked", kind="attempt", object_id=attempt_id, actor_id=actor.id, at=at,
        slot=slot, mark=f"{mark.numerator}/{mark.denominator}",
    )  # fmt: skip
    db.session.flush()
    concluding.conclude_if_marked(attempt)
    return attempt


@transaction()
def forget_snippet(snippet_id: int, *, actor: Person) -> None:
    """Drop a comment that the actor kept; someone else's stays."""
    own = delete(MarkingSnippet).where(MarkingSnippet.person_id == actor.id)
    db.session.execute(own.where(MarkingSnippet.id == snippet_id))


def _held(attempt_id: int, actor: Person) -> Attempt:
    """Return an attempt of someone in the actor's scope, held until this transaction ends.

    Nobody marks their own.
    """
    query = select(Attempt).join(Person, Person.id == Attempt.person_id)
    query = query.where(Attempt.id == attempt_id, Attempt.person_id != actor.id)
    query = query.where(visible_to(actor, roles=ROLES)).options(undefer(Attempt.layout))
    query = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    return found(db.session.scalar(query))


def _waiting(attempt: Attempt, slot: int) -> Response:
    response = db.session.get(Response, (attempt.id, slot), populate_existing=True)
    if attempt.is_open or response is None:
        raise NotFoundError
    if attempt.score is not None or response.mark is not None:
        raise AlreadyMarkedError
    return response


def _claimed(attempt_id: int, slot: int, *, actor: Person, at: datetime) -> MarkingClaim | None:
    row = db.session.get(MarkingClaim, (attempt_id, slot), populate_existing=True)
    if row is not None and row.person_id != actor.id and row.until > at:
        until = format_datetime(row.until, format="HH:mm")
        raise MarkedElsewhereError(name=row.person.name, until=until)
    return row


def _mark(attempt: Attempt, slot: int, judgement: Judgement) -> tuple[Fraction, list[str]]:
    version_id = attempt.layout[slot - 1][0]
    question = queries.questions([version_id])[version_id]
    key = body.key_of(Kind(question.kind), question.body)
    if not isinstance(key, ByHand):
        raise NotFoundError
    met = [each.key for each in key.items if each.key in judgement.met]
    return mark_by_rubric(key.items, met, question.points), met


def _keep(comment: str, actor: Person) -> None:
    kept = select(MarkingSnippet.id).filter_by(person_id=actor.id, text=comment[:500])
    if db.session.scalar(kept) is None:
        db.session.add(MarkingSnippet(person_id=actor.id, text=comment[:500]))

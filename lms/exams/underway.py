"""Who sits an exam just now, in the actor's scope, and what they were told meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.core.errors import found
from lms.core.prepared import Prepared
from lms.exams.bank import ROLES
from lms.exams.errors import NotRunningError
from lms.exams.facts_models import FactKind, SittingFact
from lms.exams.models import Attempt, ExamVersion, Response
from lms.exams.paper_models import ExtraTime
from lms.exams.room_models import CollectedPaper, ExamMessage, ExamMessageSeen
from lms.exams.rules.allowances import Allowance


@dataclass(frozen=True, slots=True)
class Underway:
    """An attempt whose time runs."""

    attempt_id: int
    name: str
    title: Mapping[str, str]
    deadline_at: datetime
    extra_minutes: int
    """Granted so far."""
    allowance: Allowance
    """By an accommodation, from its beginning."""
    saved: int
    """Questions to which something is saved."""
    questions: int
    unseen: int
    """Messages that the sitter has not acknowledged."""
    facts: Mapping[FactKind, int]
    """How often what happened around it."""

    def left_ms(self, at: datetime) -> int:
        """Return the milliseconds that are left."""
        return max(0, (self.deadline_at - at) // timedelta(milliseconds=1))


def in_scope(actor: Person, *, at: datetime) -> Select[Attempt]:
    """Select the attempts that run and that the actor watches over; nobody watches their own."""
    query = select(Attempt).join(Person, Person.id == Attempt.person_id)
    return query.where(
        Attempt.submitted_at.is_(None),
        Attempt.deadline_at >= at,
        Person.id != actor.id,
        visible_to(actor, roles=ROLES),
    )


def held_in_scope(actor: Person, attempt_id: int, *, at: datetime) -> Attempt:
    """Return a running attempt that the actor watches over, held against other writers.

    Raises:
        NotFoundError: there is no such attempt in the actor's scope.
        NotRunningError: it was handed in, or its time is up.
    """
    query = select(Attempt).join(Person, Person.id == Attempt.person_id)
    query = query.where(Attempt.id == attempt_id, Attempt.person_id != actor.id)
    query = query.where(visible_to(actor, roles=ROLES)).options(undefer(Attempt.layout))
    held = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    attempt = found(db.session.scalar(held))
    if not attempt.is_open or at > attempt.deadline_at:
        raise NotRunningError
    return attempt


# What is left of the JSON of a blank answer without its punctuation.
_WORDS = func.ltrim(cast(Response.answer, String), '[]", ')
_SAVED = select(func.count()).where(Response.attempt_id == Attempt.id, _WORDS != "")
_GRANTED = select(func.coalesce(func.sum(ExtraTime.minutes), 0))
_UNSEEN = (
    select(func.count(ExamMessage.id))
    .outerjoin(ExamMessageSeen, ExamMessageSeen.message_id == ExamMessage.id)
    .where(ExamMessage.attempt_id == Attempt.id, ExamMessageSeen.message_id.is_(None))
)


_HAPPENED = [
    select(func.coalesce(func.sum(SittingFact.count), 0))
    .where(SittingFact.attempt_id == Attempt.id, SittingFact.kind == each)
    .scalar_subquery()
    for each in FactKind
]


def underway(actor: Person, *, at: datetime, attempt_id: int | None = None) -> Sequence[Underway]:
    """Return the attempts that run, those that end first at the front; one statement.

    Args:
        actor: whose scope counts.
        at: now.
        attempt_id: of the only one that is wanted; None for all.
    """
    query = in_scope(actor, at=at).join(ExamVersion, ExamVersion.id == Attempt.version_id)
    if attempt_id is not None:
        query = query.where(Attempt.id == attempt_id)
    columns: list[Any] = [
        Attempt.id,
        Person.name,
        ExamVersion.settings,
        Attempt.deadline_at,
        _GRANTED.where(ExtraTime.attempt_id == Attempt.id).scalar_subquery(),
        Attempt.extra_percent,
        Attempt.is_untimed,
        _SAVED.scalar_subquery(),
        func.json_array_length(Attempt.layout),
        _UNSEEN.scalar_subquery(),
        *_HAPPENED,
    ]
    rows = query.order_by(Attempt.deadline_at, Attempt.id).with_only_columns(*columns)
    return [_underway(row) for row in db.session.execute(rows)]


def _underway(row: Any) -> Underway:
    number, name, settings, ends, extra, percent, is_untimed, saved, questions, unseen, *counts = (
        row
    )
    return Underway(
        attempt_id=number,
        name=name,
        title=settings["title"],
        deadline_at=ends,
        extra_minutes=extra,
        allowance=Allowance(percent, is_untimed),
        saved=saved,
        questions=questions,
        unseen=unseen,
        facts=dict(zip(FactKind, counts, strict=True)),
    )


def underway_or_404(actor: Person, attempt_id: int, *, at: datetime) -> Underway:
    """Return one attempt that runs in the actor's scope."""
    return found(next(iter(underway(actor, at=at, attempt_id=attempt_id)), None))


@dataclass(frozen=True, slots=True)
class Told:
    """A message to a sitter."""

    id: int
    text: str
    sender: str
    sent_at: datetime
    seen_at: datetime | None


def told(attempt_id: int) -> Sequence[Told]:
    """Return what a sitter was told in an attempt, in order."""
    return [Told(*row) for row in _TOLD.rows(attempt=attempt_id)]


_TOLD = Prepared(
    select(
        ExamMessage.id,
        ExamMessage.text,
        Person.name,
        ExamMessage.sent_at,
        ExamMessageSeen.seen_at,
    )
    .join(Person, Person.id == ExamMessage.sender_id)
    .outerjoin(ExamMessageSeen, ExamMessageSeen.message_id == ExamMessage.id)
    .where(ExamMessage.attempt_id == bindparam("attempt"))
    .order_by(ExamMessage.id)
)


def latest_message(attempt_id: int) -> int:
    """Return the id of the latest message in an attempt; 0 if there is none."""
    query = select(func.max(ExamMessage.id)).where(ExamMessage.attempt_id == attempt_id)
    return db.session.scalar(query) or 0


def collected(attempt_id: int) -> tuple[str, str] | None:
    """Return who handed an attempt in for its trainee, and why; None if nobody did."""
    query = select(Person.name, CollectedPaper.reason)
    query = query.join(CollectedPaper, CollectedPaper.collected_by_id == Person.id)
    row = db.session.execute(query.where(CollectedPaper.attempt_id == attempt_id)).one_or_none()
    return None if row is None else (row.name, row.reason)

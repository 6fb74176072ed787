"""What a trainer can do while exams run, beside granting time: tell people, and collect papers."""

from datetime import datetime

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.exams import queries, sitting
from lms.exams.errors import NobodySitsError
from lms.exams.models import Attempt, HandedInBy
from lms.exams.room_models import CollectedPaper, ExamMessage, ExamMessageSeen
from lms.exams.underway import held_in_scope, in_scope, told


@transaction()
def send_message(
    text: str, *, actor: Person, attempt_id: int | None = None, at: datetime | None = None
) -> int:
    """Tell somebody who sits an exam something, or all in the actor's scope.

    Args:
        text: one to 500 characters.
        actor: a trainer or an administrator.
        attempt_id: whose; None for all whose time runs.
        at: now.

    Returns:
        How many people are told.

    Raises:
        NotFoundError: there is no such attempt in the actor's scope.
        NotRunningError: it was handed in, or its time is up.
        NobodySitsError: nobody in the actor's scope sits an exam.
    """
    at = at or clock.now()
    if attempt_id is None:
        running = db.session.scalars(in_scope(actor, at=at)).all()
    else:
        running = [held_in_scope(actor, attempt_id, at=at)]
    if not running:
        raise NobodySitsError
    for attempt in running:
        db.session.add(
            ExamMessage(attempt_id=attempt.id, sender_id=actor.id, text=text, sent_at=at)
        )
        audit.note(
            "exams.message_sent", kind="attempt", object_id=attempt.id, actor_id=actor.id, at=at,
            text=text,
        )  # fmt: skip
    return len(running)


@transaction()
def note_seen(
    attempt_id: int, message_id: int, *, actor: Person, at: datetime | None = None
) -> None:
    """Note that a sitter has read a message; a second time changes nothing.

    Raises:
        NotFoundError: the attempt is not the actor's, or has no such message.
    """
    attempt = queries.attempt_of(actor, attempt_id)
    message = found(next((each for each in told(attempt.id) if each.id == message_id), None))
    if message.seen_at is None:
        db.session.add(ExamMessageSeen(message_id=message_id, seen_at=at or clock.now()))


@transaction()
def collect(attempt_id: int, reason: str, *, actor: Person, at: datetime | None = None) -> Attempt:
    """Hand an attempt in for its trainee, with what is saved.

    Args:
        attempt_id: of someone in the actor's scope; nobody does it for themselves.
        reason: why, in a line; the trainee reads it.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NotFoundError: there is no such attempt in the actor's scope.
        NotRunningError: it was handed in, or its time is up.
    """
    at = at or clock.now()
    attempt = held_in_scope(actor, attempt_id, at=at)
    row = CollectedPaper(
        attempt_id=attempt.id, collected_by_id=actor.id, reason=reason, collected_at=at
    )
    db.session.add(row)
    sitting.close(attempt, by=HandedInBy.TRAINER, at=at)
    audit.note(
        "exams.handed_in_for", kind="attempt", object_id=attempt.id, actor_id=actor.id, at=at,
        reason=reason,
    )  # fmt: skip
    return attempt

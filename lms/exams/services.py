"""What can be done with exams. Each function is one transaction."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import Actor
from lms.core import clock, disk, events, site, writer
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError, found
from lms.courses import queries as courses
from lms.courses.runs import run_with_exam
from lms.exams import beginning, noting, policies, queries, saving, sitting
from lms.exams.beginning import Drawn
from lms.exams.errors import (
    AttemptClosedError,
    NotSavedError,
    PaperNotReadyError,
    QuestionLeftError,
    TakenOverError,
)
from lms.exams.events import AttemptStarted
from lms.exams.facts_models import FactKind
from lms.exams.models import Attempt, HandedInBy
from lms.exams.queries import Edition
from lms.exams.rules import timing
from lms.exams.sitting import Answer
from lms.exams.underway import latest_message

log = logging.getLogger(__name__)


Refusal = type[AttemptClosedError | TakenOverError | QuestionLeftError]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page learns from saving: what is on disk, and how much time is left."""

    seqs: Mapping[int, int]
    """Slot -> the sequence number that is stored: what the page sent, or a higher one."""
    now: datetime
    deadline_at: datetime
    message_id: int = 0
    """Of the latest message to the sitter; 0 without one."""
    refusal: Refusal | None = None


def start_attempt(
    exam_code: str, *, actor: Actor, browser: str = "", at: datetime | None = None
) -> tuple[Attempt, str]:
    """Open the trainee's next attempt at an exam.

    Args:
        exam_code: of an exam in the actor's programme.
        actor: the trainee.
        browser: what names the sign-in at hand and no other; empty for none.
        at: now.

    Returns:
        The new attempt, or the one that is open already (two clicks start one attempt), and the
        token with which this browser may go on with it: it is new, or the same sign-in began it and
        nobody has taken it over since; else empty. A start whose reply was lost on the way is
        simply asked for again.

    Raises:
        NotFoundError: there is no such exam in the actor's programme.
        LmsError: `policies.refusal_to_start` says why not.
        PaperNotReadyError: the bank cannot fill the paper.
        NoRoomForExamsError: the disk is almost full.
    """
    at = at or clock.now()
    exam = queries.published(exam_code)
    begun = queries.open_attempt(actor, exam.exam_id)
    if begun is not None:
        settle(begun.id, at=at)  # its time may be up: then it counts, and a new one may begin
    return _start(exam_code, _drawn_ahead(exam, actor), actor=actor, browser=browser, at=at)


def _drawn_ahead(exam: Edition, actor: Actor) -> Drawn | None:
    """Draw a paper before anything is held: all who want to write would wait for it.

    None if there is none to be had; whether the actor may have one at all is said first.
    """
    try:
        return beginning.drawn(exam, actor.id)
    except PaperNotReadyError:
        return None


@transaction()
def _start(
    exam_code: str, made: Drawn | None, *, actor: Actor, browser: str, at: datetime
) -> tuple[Attempt, str]:
    exam = queries.published(exam_code)
    if (begun := queries.open_attempt(actor, exam.exam_id)) is not None:
        return begun, beginning.token_for(begun, browser)
    run = found(run_with_exam(actor, exam_code))
    progress = courses.progress_of(run)
    stage = found(progress.outline.stage_of_exam(exam_code))
    state = found(progress.state_of(stage.code))
    summary = queries.exam_summaries(actor, run, at=at)[exam_code]
    if refusal := policies.refusal_to_start(summary, state, at=at):
        raise refusal
    disk.need_room_for_exams()
    if made is None or made.version_id != exam.version_id:  # another was published just now
        made = beginning.drawn(exam, actor.id)
    attempt = beginning.paper(made, run, summary, stage=stage.code, browser=browser, at=at)
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
    except IntegrityError:  # another request was first; its attempt is the one
        begun = found(queries.open_attempt(actor, exam.exam_id))
        return begun, beginning.token_for(begun, browser)
    events.publish(AttemptStarted(attempt))
    return attempt, attempt.client


@transaction()
def take_over(attempt_id: int, *, actor: Person, at: datetime | None = None) -> Attempt:
    """Go on with an attempt from another device; the first one turns read-only. It is noted.

    Returns:
        The attempt, with a new `client` token.

    Raises:
        NotFoundError: it is someone else's, or does not exist.
        AttemptClosedError: it was handed in.
    """
    attempt = _locked(attempt_id, actor)
    if not attempt.is_open:
        raise AttemptClosedError
    attempt.client = secrets.token_urlsafe(12)
    noting.add(attempt, FactKind.TAKEN_OVER, 1, at=at or clock.now())
    return attempt


def save_answers(
    attempt_id: int,
    answers: Iterable[Answer],
    *,
    client: str,
    actor: Actor,
    at: datetime | None = None,
) -> Reply:
    """Keep answers durably; on disk when this returns.

    Args:
        attempt_id: one of the actor's own.
        answers: what changed. A lower `seq` than the stored one changes nothing.
        client: token of the page, from the attempt.
        actor: the trainee.
        at: the instant of arrival.

    Raises:
        NotFoundError: it is someone else's, or does not exist.
        TakenOverError: another device goes on with it.
        AttemptClosedError: it was handed in, or its time is up; what came late is kept as evidence.
        QuestionLeftError: questions come one by one, and this is not the open one; kept likewise.
        NotSavedError: the database cannot write, or does not answer.
    """
    at, answers = at or clock.now(), list(answers)
    page = saving.Page(attempt_id, actor.id, client)
    try:
        reply = _save_at_once(page, answers, at) or _save(page, answers, actor=actor, at=at)
    except (writer.NotWrittenError, TimeoutError, DBAPIError) as error:
        log.error("answers not saved: %s", error)  # noqa: TRY400  said by the database already
        db.session.rollback()
        raise NotSavedError from error
    if reply.refusal is not None:  # after the commit: evidence and expiry stay
        raise reply.refusal
    return reply


def _save_at_once(page: saving.Page, answers: list[Answer], at: datetime) -> Reply | None:
    """Save in the common case; None where someone has to look more closely."""
    try:
        fitting = sitting.fitting(saving.layout_of(page), answers)
    except NotFoundError:
        return None
    if not fitting or (taken := saving.take(page, fitting, at=at, grace=_grace())) is None:
        return None
    return Reply(taken.seqs, at, taken.deadline_at, taken.message_id)


@transaction()
def _save(page: saving.Page, answers: list[Answer], *, actor: Actor, at: datetime) -> Reply:
    attempt = _locked(page.attempt_id, actor)
    refusal = _take_in(attempt, answers, client=page.client, at=at)
    stored = queries.responses(attempt)
    seqs = {each.slot: stored[each.slot].seq for each in answers if each.slot in stored}
    return Reply(seqs, at, attempt.deadline_at, latest_message(attempt.id), refusal)


def _take_in(
    attempt: Attempt, answers: list[Answer], *, client: str, at: datetime
) -> Refusal | None:
    """Save what may be saved; return why not, if not."""
    fitting = sitting.fitting(attempt.layout, answers)
    if attempt.is_open and timing.is_over(attempt.deadline_at, at=at, grace=_grace()):
        sitting.close(attempt, by=HandedInBy.CLOCK, at=attempt.deadline_at)
    if not attempt.is_open:
        sitting.keep_late(attempt, fitting, reason=AttemptClosedError.code, at=at)
        return AttemptClosedError
    if attempt.client != client:
        return TakenOverError
    if attempt.position is not None and any(each.slot != attempt.position for each in fitting):
        sitting.keep_late(attempt, fitting, reason=QuestionLeftError.code, at=at)
        return QuestionLeftError
    sitting.upsert(attempt, fitting, at=at)
    return None


@transaction()
def move_on(attempt_id: int, slot: int, *, client: str, actor: Person) -> bool:
    """Leave a question for the next one, for good; what was saved in it counts.

    Args:
        attempt_id: one of the actor's own, whose questions come one by one.
        slot: the question that is left: asked for twice, it is left once.
        client: token of the page.
        actor: the trainee.

    Returns:
        Whether this call did it.
    """
    own = queries.attempt_of(actor, attempt_id, with_layout=True)
    if slot >= len(own.layout):
        return False
    moving = update(Attempt).where(
        Attempt.id == own.id,
        Attempt.position == slot,
        Attempt.client == client,
        Attempt.submitted_at.is_(None),
    )
    moved = db.session.scalar(moving.values(position=slot + 1).returning(Attempt.id))
    return moved is not None


def hand_in(
    attempt_id: int,
    answers: Iterable[Answer] = (),
    *,
    client: str,
    actor: Actor,
    at: datetime | None = None,
) -> Attempt:
    """Close an attempt and mark what can be marked without a person.

    One request is enough: it may carry every answer. Handing in twice gives the same result once.

    Args: as for `save_answers`.

    Returns:
        The attempt, handed in; by the clock if its time was up.

    Raises:
        NotFoundError: it is someone else's, or does not exist.
        TakenOverError: another device goes on with it.
    """
    at = at or clock.now()
    attempt, refusal = _hand_in(attempt_id, list(answers), client=client, actor=actor, at=at)
    if refusal is TakenOverError:
        raise TakenOverError
    return attempt


@transaction()
def _hand_in(
    attempt_id: int, answers: list[Answer], *, client: str, actor: Actor, at: datetime
) -> tuple[Attempt, Refusal | None]:
    attempt = _locked(attempt_id, actor)
    if attempt.position is not None:  # a page that was left hands in too, and changes nothing
        answers = [each for each in answers if each.slot == attempt.position]
    refusal = _take_in(attempt, answers, client=client, at=at)
    if refusal is None:
        sitting.close(attempt, by=HandedInBy.TRAINEE, at=at)
    return attempt, refusal


@transaction()
def settle(attempt_id: int, *, at: datetime | None = None) -> bool:
    """Hand an attempt in if its time is up: for whoever touches it next, and for the sweep.

    Returns:
        Whether this call did it.
    """
    attempt = _locked(attempt_id)
    at = at or clock.now()
    if not attempt.is_open or not timing.is_over(attempt.deadline_at, at=at, grace=_grace()):
        return False
    return sitting.close(attempt, by=HandedInBy.CLOCK, at=attempt.deadline_at)


def sweep(*, at: datetime | None = None) -> int:
    """Hand in every attempt whose time is up; return how many. One transaction each."""
    at = at or clock.now()
    return sum(settle(each, at=at) for each in queries.overdue(at - _grace()))


def _locked(attempt_id: int, owner: Actor | None = None) -> Attempt:
    """Return an attempt as it is now, held against other writers until this transaction ends.

    Args:
        attempt_id: which.
        owner: whose it has to be; None: anybody's.
    """
    if owner is None:
        return found(db.session.scalar(_LOCKED, {"attempt": attempt_id}))
    own = {"attempt": attempt_id, "person": owner.id}
    return found(db.session.scalar(_LOCKED_OWN, own))


_LOCKED = (
    select(Attempt)
    .where(Attempt.id == bindparam("attempt"))
    .options(undefer(Attempt.layout))
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)
_LOCKED_OWN = _LOCKED.where(Attempt.person_id == bindparam("person"))


def _grace() -> timedelta:
    return timedelta(seconds=site.settings().grace_seconds)

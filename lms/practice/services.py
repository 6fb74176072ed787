"""What can be done in practice. Each function is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lms.accounts.models import Person
from lms.core import clock, queue
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError
from lms.exams import body, releases, sitting
from lms.exams.events import AttemptMarked
from lms.exams.paper import order_of
from lms.exams.rules import marks
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import ExamRules, Shown
from lms.practice import notebook, queries, rules
from lms.practice.errors import (
    NothingDueError,
    NothingToPractiseError,
    QuestionChangedError,
    QuestionWithdrawnError,
)
from lms.practice.models import PracticeAnswer, PracticeRound
from lms.practice.queries import Asked, Wanted

MOST_DUE = 20
"""Mistakes in one review; the rest is due still."""


def seed_of(row: PracticeRound, place: int) -> str:
    """Return what decides the order of options at a place; the same each time it is shown."""
    return f"practice:{row.id}:{place}"


@transaction()
def begin_round(wanted: Wanted, *, actor: Person, at: datetime | None = None) -> PracticeRound:
    """Choose questions for a round.

    Args:
        wanted: module, lesson, kind, how many. A lesson's own questions come first, and others of
            its module fill the round up.
        actor: the trainee; asked is of modules that they may study now.
        at: now.

    Raises:
        NotFoundError: the module or lesson is not open to the actor.
        NothingToPractiseError: no question fits.
    """
    at = at or clock.now()
    units = queries.open_modules(actor)
    unit = wanted.unit
    if wanted.lesson:
        unit = queries.unit_of_lesson(actor, wanted.lesson) or "-"
    if unit and unit not in units:
        raise NotFoundError
    chosen = Wanted(unit, wanted.lesson, wanted.kind, wanted.count)
    entries = queries.entries(units, chosen)
    known = queries.last_answers(actor, [each for entry in entries for each in entry.questions])
    turn = max((each.turn for each in known.values()), default=0)
    picked = rules.pick(entries, known, wanted.count, seed=f"{actor.id}:{turn}")
    if not picked:
        raise NothingToPractiseError
    return _add_round(actor, chosen, picked, is_review=False, at=at)


@transaction()
def begin_review(
    *, actor: Person, before: datetime, unit: str = "", at: datetime | None = None
) -> PracticeRound:
    """Begin a round of the mistakes that are due.

    Args:
        actor: whose notebook.
        before: what is due before this instant is asked: the end of the day.
        unit: code of a module, if only its mistakes are wanted.
        at: now.

    Raises:
        NothingDueError: nothing is due.
    """
    due = queries.due(actor, before, unit=unit)[:MOST_DUE]
    if not due:
        raise NothingDueError
    picked = [each.question_id for each in due]
    return _add_round(actor, Wanted(unit), picked, is_review=True, at=at or clock.now())


def _add_round(
    actor: Person, wanted: Wanted, picked: Sequence[int], *, is_review: bool, at: datetime
) -> PracticeRound:
    row = PracticeRound(
        person_id=actor.id,
        unit=wanted.unit,
        lesson=wanted.lesson,
        kind=wanted.kind,
        is_review=is_review,
        questions=list(picked),
        begun_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row


@dataclass(frozen=True, slots=True)
class Given:
    """What a page sends for one place."""

    answer: tuple[str, ...]
    """As in an exam; empty for "I don't know"."""
    version_id: int
    """The one that the page showed."""
    shown_at: datetime | None = None
    """When the page was made; None if nobody knows."""


@transaction()
def answer(
    round_id: int, place: int, given: Given, *, actor: Person, at: datetime | None = None
) -> PracticeAnswer:
    """Mark an answer and keep it; what is not right goes into the notebook.

    Args:
        round_id: one of the actor's own.
        place: in it, from 1. What was answered there first stays.
        given: the answer.
        actor: the trainee.
        at: now.

    Raises:
        NotFoundError: there is no such round, or no such place in it.
        QuestionWithdrawnError: it is no longer for practice.
        QuestionChangedError: another version is published.
    """
    at = at or clock.now()
    notebook.hold(actor.id)
    row = queries.round_of(actor, round_id)
    if not 1 <= place <= len(row.questions):
        raise NotFoundError
    if (known := queries.answers_in(row).get(place)) is not None:
        return known
    if (asked := queries.asked(row.questions[place - 1])) is None:
        raise QuestionWithdrawnError
    if asked.shown.version_id != given.version_id:
        raise QuestionChangedError
    kept = _fitting(asked, given.answer, seed_of(row, place))
    mark = _mark(asked, kept)
    seconds = rules.took(given.shown_at, at)
    added = PracticeAnswer(
        person_id=actor.id,
        round_id=row.id,
        place=place,
        question_id=asked.question_id,
        version_id=given.version_id,
        answer=list(kept),
        mark=mark,
        rated=rules.rated(mark, seconds, asked.shown.body.get("seconds")),
        seconds=seconds,
        answered_at=at,
    )
    db.session.add(added)
    db.session.flush()
    notebook.note(added)
    return added


def _fitting(asked: Asked, given: tuple[str, ...], seed: str) -> tuple[str, ...]:
    order = order_of(asked.shown, seed=seed)
    layout = [(asked.shown.version_id, order, asked.points)]
    return sitting.fitting(layout, [sitting.Answer(1, 1, given)])[0].answer


def _mark(asked: Asked, given: tuple[str, ...]) -> Fraction:
    key = body.key_of(Kind(asked.shown.kind), asked.shown.body)
    return marks.mark(key, given) or marks.ZERO


def on_attempt_marked(event: AttemptMarked) -> None:
    """Have what an exam showed as wrong looked up for the notebook, by a job.

    Only where the exam shows its trainees what was right and wrong, and not before it does: else
    the notebook would.
    """
    attempt = event.attempt
    opens_at = releases.opening(
        attempt, ExamRules.read(attempt.version.settings), Shown.RIGHT_WRONG
    )
    if opens_at is not None and attempt.score != marks.FULL:
        look_up(attempt.id, at=opens_at)


def look_up(attempt_id: int, *, at: datetime, again: str = "") -> None:
    """Have the notebook filled after an exam, from an instant on.

    Args:
        attempt_id: marked.
        at: the instant.
        again: what tells another look from the first; asked twice, each is done once.
    """
    key = ":".join(filter(None, ("practice.siblings", str(attempt_id), again)))
    queue.enqueue("practice.siblings", key=key, run_at=at, attempt_id=attempt_id)

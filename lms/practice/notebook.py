"""The notebook of one's mistakes: what goes in, when it comes again, what leaves it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.core import clock, upsert
from lms.core.db import db, transaction
from lms.core.errors import NotFoundError
from lms.core.prepared import Prepared
from lms.practice import queries, rules
from lms.practice.errors import NotToBeRatedError
from lms.practice.models import Mistake, PracticeAnswer, Source
from lms.practice.rules import BY_ONESELF, Rated


def hold(person_id: int) -> None:
    """Let one request at a time write in a person's notebook."""
    _HOLDING.rows(person=person_id)


_HOLDING = Prepared(
    select(Person.id).where(Person.id == bindparam("person")).with_for_update(key_share=True)
)


def note(added: PracticeAnswer) -> None:
    """Put a mistake into the notebook, or move when it comes again."""
    mistake = queries.mistake_on(added.person_id, added.question_id)
    is_in = mistake is not None and mistake.left_at is None
    if not is_in and added.rated is not Rated.AGAIN:
        return
    if mistake is None or not is_in:
        mistake = enter(added.person_id, added.question_id, Source.PRACTICE, at=added.answered_at)
    _schedule(mistake)


def _schedule(mistake: Mistake) -> None:
    done = [(each.rated, each.answered_at) for each in queries.reviews(mistake)]
    mistake.due_at = max(rules.due_after(done), done[-1][1])


@transaction()
def enter(person_id: int, question_id: int, source: Source, *, at: datetime) -> Mistake:
    """Put a question into a notebook, due at once; one that had left it begins anew."""
    mistake = queries.mistake_on(person_id, question_id)
    if mistake is None:
        mistake = Mistake(person_id=person_id, question_id=question_id)
        db.session.add(mistake)
    mistake.source, mistake.left_at = source, None
    mistake.entered_at = mistake.due_at = at
    db.session.flush()
    return mistake


@transaction()
def rate(
    round_id: int, place: int, rated: Rated, *, actor: Person, at: datetime | None = None
) -> Mistake:
    """Say oneself how well a right answer went; it moves when the question comes again.

    Raises:
        NotFoundError: there is no such answer.
        NotToBeRatedError: it was not right, or is not the latest, or is not in the notebook.
    """
    at = at or clock.now()
    hold(actor.id)
    row = queries.round_of(actor, round_id)
    if (given := queries.answers_in(row).get(place)) is None:
        raise NotFoundError
    mistake = queries.mistake_on(actor.id, given.question_id)
    if mistake is None or not is_rateable(given, mistake) or rated not in BY_ONESELF:
        raise NotToBeRatedError
    given.rated = rated
    db.session.flush()
    _schedule(mistake)
    mistake.due_at = max(mistake.due_at, at)
    return mistake


def is_rateable(given: PracticeAnswer, mistake: Mistake | None) -> bool:
    """Whether its owner may say how well an answer went."""
    if mistake is None or mistake.left_at is not None or given.rated is Rated.AGAIN:
        return False
    done = queries.reviews(mistake)
    return bool(done) and done[-1].id == given.id


@transaction()
def leave(mistake_id: int, *, actor: Person, at: datetime | None = None) -> Mistake:
    """Take a question out of the notebook: "I know it". A wrong answer brings it back.

    Raises:
        NotFoundError: it is not the actor's, or no longer for practice.
    """
    mistake = queries.mistake_for(actor, mistake_id)
    mistake.left_at = mistake.left_at or at or clock.now()
    return mistake


@transaction()
def come_back(mistake_id: int, *, actor: Person) -> Mistake:
    """Undo `leave`: all is as it was.

    Raises:
        NotFoundError: it is not the actor's, or no longer for practice.
    """
    mistake = queries.mistake_for(actor, mistake_id)
    mistake.left_at = None
    return mistake


Near = Mapping[tuple[str, str], Sequence[int]]
"""Module and lesson -> questions for practice that go with the lesson, the one to be put in first
at the front."""


def near(wrong: Collection[tuple[str, str]]) -> Near:
    """Look up which questions for practice are of the same lessons; two or three statements."""
    found = queries.askable_by_lesson({unit for unit, _lesson in wrong})
    return {each: found.get(each, []) for each in wrong}


@transaction()
def note_siblings(
    person_id: int, wrong: Sequence[tuple[str, str]], known: Near, *, at: datetime
) -> list[int]:
    """Put one question for practice into the notebook for each one that an exam showed as wrong.

    It is of the same lesson and is in the notebook not yet; the exam's question itself stays out.
    Where the lesson has none left, nothing is put in. One that had left the notebook begins anew.

    Args:
        person_id: whose notebook.
        wrong: module and lesson of each question that was not right.
        known: what there is to choose from, looked up before: whoever writes keeps others waiting.
        at: when the exam was handed in.

    Returns:
        The questions that were put in.
    """
    hold(person_id)
    held = {row.question_id for row in _HELD.rows(person=person_id)}
    chosen = rules.siblings(wrong, known, held)
    if chosen:
        _enter_all(person_id, chosen, at=at)
    return chosen


_HELD = Prepared(
    select(Mistake.question_id).where(
        Mistake.person_id == bindparam("person"), Mistake.left_at.is_(None)
    )
)


def _enter_all(person_id: int, question_ids: Sequence[int], *, at: datetime) -> None:
    """Put questions of an exam's lessons in, due at once; one that had left begins anew."""
    rows = [
        {"person_id": person_id, "question_id": each, "source": Source.EXAM, "entered_at": at,
         "due_at": at, "left_at": None}
        for each in question_ids
    ]  # fmt: skip
    entering = upsert.insert(Mistake.__table__)
    new = {name: entering.excluded[name] for name in ("source", "entered_at", "due_at", "left_at")}
    entering = entering.on_conflict_do_update(index_elements=["person_id", "question_id"], set_=new)
    db.session.execute(entering, rows)

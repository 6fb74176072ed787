"""What happens inside an attempt: saving, handing in, running out of time.

Everything in here runs inside the transaction of a service.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, update

from lms.core import events, standstill
from lms.core.db import db
from lms.core.text import canonical
from lms.core.upsert import insert
from lms.exams import body, corrections, queries, verdict
from lms.exams.events import AttemptMarked
from lms.exams.models import Attempt, HandedInBy, LateAnswer, Response
from lms.exams.rules import marks, pairs, passing
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import ExamRules

LONGEST_ANSWER, MOST_TYPED = 20_000, 30
"""Characters of one typed answer that are kept, and how many of them a question has at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page sends for one slot."""

    slot: int
    seq: int
    """Higher than any that the page knows of: a repeat or a stale page changes nothing."""
    answer: tuple[str, ...]
    flagged: bool = False


def fitting(layout: Sequence[Any], answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers that can be meant: a slot of this paper, options that it showed.

    Args:
        layout: of the attempt.
        answers: as a client sent them. What else one may send scores nothing and is not kept.
    """
    kept: dict[int, Answer] = {}
    for each in answers:
        if not 1 <= each.slot <= len(layout):
            continue
        _version, shown, _points = layout[each.slot - 1]
        known = _known(shown, each.answer)
        if each.slot not in kept or each.seq > kept[each.slot].seq:
            kept[each.slot] = Answer(each.slot, each.seq, known, each.flagged)
    return list(kept.values())


def _known(shown: str, answer: tuple[str, ...]) -> tuple[str, ...]:
    if not shown:
        return tuple(each[:LONGEST_ANSWER] for each in answer[:MOST_TYPED])
    if sides := pairs.sides(shown):
        return tuple(pairs.known(answer, *sides))
    keys = shown.split(" ")
    return tuple(dict.fromkeys(each for each in answer if each in keys))


def upsert(attempt: Attempt, answers: Iterable[Answer], *, at: datetime) -> None:
    """Keep answers, one row per slot, each raised only by a higher `seq`."""
    rows = [
        {
            "attempt_id": attempt.id,
            "slot": each.slot,
            "seq": each.seq,
            "answer": list(each.answer),
            "flagged": each.flagged,
            "saved_at": at,
        }
        for each in answers
    ]
    if not rows:
        return
    statement = insert(Response).values(rows)
    new = statement.excluded
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["attempt_id", "slot"],
            set_={
                "seq": new.seq,
                "answer": new.answer,
                "flagged": new.flagged,
                "saved_at": new.saved_at,
            },
            where=Response.seq < new.seq,
        )
    )


def keep_late(attempt: Attempt, answers: Iterable[Answer], *, reason: str, at: datetime) -> None:
    """Keep refused answers as evidence, where they differ from what counts."""
    counted = queries.responses(attempt)
    for each in answers:
        same = counted.get(each.slot)
        if same is not None and tuple(same.answer) == each.answer:
            continue
        if same is None and marks.is_blank(each.answer):
            continue
        late = LateAnswer(
            attempt_id=attempt.id,
            slot=each.slot,
            seq=each.seq,
            answer=list(each.answer),
            received_at=at,
            reason=reason,
        )
        db.session.add(late)


def close(attempt: Attempt, *, by: HandedInBy, at: datetime) -> bool:
    """Hand an attempt in and mark it. One guarded UPDATE decides, whoever else tries.

    Args:
        attempt: with its answers saved.
        by: the trainee, or the clock.
        at: for the clock the deadline itself, so that it does not matter who noticed, and when.

    Returns:
        Whether this call did it; if not, another one had, and nothing changed.
    """
    answers = queries.responses(attempt)
    closed = {"attempt": attempt.id, "at": at, "by": by, "receipt": receipt(attempt, answers)}
    if db.session.scalar(_CLOSING, closed) is None:
        return False
    standstill.share(corrections.HANDING_IN)
    shown = queries.questions(entry[0] for entry in attempt.layout)
    marked = _marks(attempt, answers, shown)
    if rulings := corrections.in_force(shown):
        attempt.regraded = corrections.applied(attempt, rulings, answers, shown, marked)
    _store(attempt, {slot: mark for slot, mark in marked.items() if slot in answers})
    conclude(attempt, marked, shown)
    return True


_ATTEMPTS: Any = Attempt.__table__
_CLOSING = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.id == bindparam("attempt"), _ATTEMPTS.c.submitted_at.is_(None))
    .values(
        submitted_at=bindparam("at"), handed_in_by=bindparam("by"), receipt=bindparam("receipt")
    )
    .returning(_ATTEMPTS.c.id)
)


def conclude(
    attempt: Attempt,
    marked: Mapping[int, Fraction | None],
    shown: Mapping[int, queries.Shown],
) -> None:
    """Write the result of an attempt, once every response is marked, and tell of it.

    Args:
        attempt: handed in, without a result.
        marked: the mark of each slot; None where a person has yet to mark.
        shown: version id -> question of the paper.
    """
    rules = ExamRules.read(attempt.version.settings)
    paper = verdict.judged(attempt.layout, shown, marked, attempt.regraded)
    score = passing.score(rules.sections, paper)
    passed = passing.passes(rules.pass_percent, rules.sections, rules.limits, paper)
    result = {"attempt": attempt.id, "its_score": score, "has_passed": passed}
    db.session.execute(_CONCLUDING, result)
    db.session.refresh(attempt)
    if attempt.score is not None:
        events.publish(AttemptMarked(attempt))


_CONCLUDING = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.id == bindparam("attempt"))
    .values(score=bindparam("its_score"), passed=bindparam("has_passed"))
)


def receipt(attempt: Attempt, answers: Mapping[int, queries.Saved]) -> str:
    """Return the hash over the answers that a receipt shows: SHA-256 of their canonical JSON."""
    given: dict[str, Any] = {str(slot): answers[slot].answer for slot in sorted(answers)}
    content = canonical({"attempt": attempt.id, "number": attempt.number, "answers": given})
    return hashlib.sha256(content.encode()).hexdigest()


def _marks(
    attempt: Attempt, answers: Mapping[int, queries.Saved], shown: Mapping[int, queries.Shown]
) -> dict[int, Fraction | None]:
    rules = ExamRules.read(attempt.version.settings)
    result: dict[int, Fraction | None] = {}
    for slot, (version_id, _order, _points) in enumerate(attempt.layout, start=1):
        question = shown[version_id]
        given = tuple(answers[slot].answer) if slot in answers else ()
        key = body.key_of(Kind(question.kind), question.body)
        penalty = rules.penalty_at(slot, attempt.penalties)
        result[slot] = marks.with_penalty(key, marks.mark(key, given), given, penalty)
    return result


def _store(attempt: Attempt, marked: Mapping[int, Fraction | None]) -> None:
    if not marked:
        return
    rows = [{"its": attempt.id, "at": slot, "its_mark": mark} for slot, mark in marked.items()]
    db.session.connection().execute(_MARKING, rows)


_MARKING = (
    update(Response)
    .where(Response.attempt_id == bindparam("its"), Response.slot == bindparam("at"))
    .values(mark=bindparam("its_mark"))
)

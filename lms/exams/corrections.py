"""Which corrections of keys are in force, and what they make of the marks of a paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, select

from lms.core.prepared import Prepared
from lms.exams import body, queries
from lms.exams.models import Attempt
from lms.exams.regrade_models import Regrade
from lms.exams.rules import rulings
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Instead, Ruling, Way
from lms.exams.rules.settings import ExamRules

_IN_FORCE = Prepared(
    select(Regrade.question_version_id, Regrade.ruling)
    .where(
        Regrade.question_version_id.in_(bindparam("ids", expanding=True)),
        Regrade.decided_at.is_not(None),
    )
    .order_by(Regrade.decided_at, Regrade.id)
)


HANDING_IN = "exams.handing-in"
"""Shared by each hand-in until it is committed; had alone by whoever puts a ruling in force. So a
paper is either marked by the ruling, or there when the ruling is applied to those handed in before."""


def in_force(version_ids: Iterable[int]) -> dict[int, Ruling]:
    """Return version id -> the ruling that counts; the latest that was decided, one statement."""
    rows = _IN_FORCE.rows(ids=list(version_ids))
    latest = {version_id: Ruling.read(stored) for version_id, stored in rows}
    return {each: ruling for each, ruling in latest.items() if ruling.way is not Way.AS_WRITTEN}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a paper that a ruling is about."""

    question: queries.Shown
    answer: tuple[str, ...]
    own: Fraction | None
    """The mark of the response itself; None where a person has yet to mark."""


def instead(ruling: Ruling, slot: Slot, penalty: Fraction) -> Instead:
    """Return what counts instead of a mark; False where the mark stays as it is."""
    kind, content = Kind(slot.question.kind), slot.question.body
    if ruling.version_id is not None:
        other = queries.questions([ruling.version_id])[ruling.version_id]
        kind, content = Kind(other.kind), other.body
    key = body.key_of(kind, content)
    return rulings.instead(ruling, key, slot.answer, slot.own, penalty)


def changed(regraded: Mapping[str, Any] | None, slot: int, found: Instead) -> Any:
    """Return a paper's corrected marks with another one for a slot; None if there is none left."""
    others = {number: mark for number, mark in (regraded or {}).items() if number != str(slot)}
    return (others if found is False else {**others, str(slot): found}) or None


def applied(
    attempt: Attempt,
    ruled: Mapping[int, Ruling],
    answers: Mapping[int, queries.Saved],
    shown: Mapping[int, queries.Shown],
    marked: Mapping[int, Fraction | None],
) -> dict[str, str | None] | None:
    """Return the corrected marks of a paper that is handed in after its keys were corrected."""
    rules = ExamRules.read(attempt.version.settings)
    regraded: dict[str, str | None] | None = None
    for number, (version_id, _order, _points) in enumerate(attempt.layout, start=1):
        if version_id in ruled:
            given = tuple(answers[number].answer) if number in answers else ()
            slot = Slot(shown[version_id], given, marked[number])
            penalty = rules.penalty_at(number, attempt.penalties)
            regraded = changed(regraded, number, instead(ruled[version_id], slot, penalty))
    return regraded

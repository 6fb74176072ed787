"""What a regrade would do to each paper that has its question: the dry run."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, String, bindparam, case, cast, func, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.accounts.rules import Role
from lms.core.db import db
from lms.core.errors import found
from lms.exams import corrections, queries, verdict
from lms.exams.corrections import Slot
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.regrade_models import LostPass, Regrade, RegradeChange
from lms.exams.rules import marks, passing
from lms.exams.rules.passing import Judged
from lms.exams.rules.rulings import Ruling
from lms.exams.rules.settings import ExamRules

DECIDERS = frozenset({Role.HR, Role.ADMIN})
"""By which roles somebody decides about a pass that a regrade took away."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a paper stands after a regrade; with the marks that count."""

    slot: int
    mark_before: Fraction | None
    mark_after: Fraction | None
    score_before: Fraction | None
    score_after: Fraction | None
    was_passed: bool | None
    is_passed: bool | None
    regraded: dict[str, str | None] | None
    """What the attempt stores."""


def attempts_with(version_id: int) -> Sequence[int]:
    """Return the attempts that were handed in and have a version of a question on their paper.

    A layout spells each slot as ``[version id, …``.
    """
    has_it = cast(Attempt.layout, String).contains(f"[{version_id},")
    query = select(Attempt.id).where(has_it, Attempt.submitted_at.is_not(None))
    return db.session.scalars(query.order_by(Attempt.id)).all()


_ATTEMPT = select(Attempt).where(Attempt.id == bindparam("attempt")).options(
    undefer(Attempt.layout)
)  # fmt: skip
HELD = _ATTEMPT.with_for_update(of=Attempt).execution_options(populate_existing=True)


def plan(attempt: Attempt, regrade: Regrade) -> Plan | None:
    """Return what a regrade does to an attempt; None if nothing changes.

    Who would lose by it keeps everything, where the regrade says so. As long as a person has yet to
    mark, who might lose keeps it too: `concluding` asks again when all is marked.
    """
    slot = next(
        n for n, entry in enumerate(attempt.layout, 1) if entry[0] == regrade.question_version_id
    )
    answers = queries.responses(attempt)
    shown = queries.questions(entry[0] for entry in attempt.layout)
    rules = ExamRules.read(attempt.version.settings)
    marked = {
        n: answers[n].mark if n in answers else marks.ZERO
        for n in range(1, len(attempt.layout) + 1)
    }
    given = tuple(answers[slot].answer) if slot in answers else ()
    instead = corrections.instead(
        Ruling.read(regrade.ruling),
        Slot(shown[regrade.question_version_id], given, marked[slot]),
        rules.penalty_at(slot, attempt.penalties),
    )
    regraded = corrections.changed(attempt.regraded, slot, instead)
    if regraded == attempt.regraded:
        return None
    before, after = (
        _Stand(
            verdict.counted(marked, each),
            verdict.judged(attempt.layout, shown, marked, each),
            rules,
        )
        for each in (attempt.regraded, regraded)
    )
    if attempt.score is not None and after.score is None:
        return None  # nobody has marked the answer by itself: a result is not taken back for that
    if regrade.never_lower and _loses(before, after, slot):
        return None
    return Plan(
        slot=slot,
        mark_before=before.marks.get(slot),
        mark_after=after.marks.get(slot),
        score_before=attempt.score,
        score_after=after.score,
        was_passed=attempt.passed,
        is_passed=after.passed,
        regraded=regraded,
    )


class _Stand:
    """How a paper stands by some marks."""

    def __init__(
        self, marks: Mapping[int, Fraction | None], paper: Sequence[Judged], rules: ExamRules
    ) -> None:
        self.marks = marks
        """Those that count; without slots that are left out."""
        self.score = passing.score(rules.sections, paper)
        self.passed = passing.passes(rules.pass_percent, rules.sections, rules.limits, paper)


def _loses(before: _Stand, after: _Stand, slot: int) -> bool:
    """Whether somebody would lose, or might: where a mark is missing nobody can tell yet.

    What is left out changes a score like some mark from 0 to 1: by how much depends on the others.
    """
    if before.score is not None and after.score is not None:
        return after.score < before.score or bool(before.passed and not after.passed)
    if slot in before.marks and before.marks[slot] is None:
        return False
    most, least = before.marks.get(slot) or marks.ZERO, after.marks.get(slot) or marks.ZERO
    return least < (most if slot in before.marks else marks.FULL)


def latest_of(version_ids: Iterable[int]) -> Collection[Regrade]:
    """Return the latest regrade that was decided of each of some versions of questions."""
    decided = select(Regrade).where(
        Regrade.question_version_id.in_(list(version_ids)), Regrade.decided_at.is_not(None)
    )
    rows = db.session.scalars(decided.order_by(Regrade.decided_at, Regrade.id))
    return {row.question_version_id: row for row in rows}.values()


def planned(regrade: Regrade, attempt_ids: Sequence[int]) -> Iterator[tuple[int, Plan]]:
    """Yield the attempts that a regrade changes, and how."""
    for attempt_id in attempt_ids:
        attempt = db.session.scalars(_ATTEMPT, {"attempt": attempt_id}).one()
        change = plan(attempt, regrade)
        if change is not None:
            yield attempt_id, change


@dataclass(frozen=True, slots=True)
class Totals:
    """What a regrade comes to."""

    papers: int
    """That it changes."""
    gained: int
    """Failed before, passed after."""
    lost: int
    """Passed before, failed after."""
    higher: int
    lower: int
    """Scores."""


def totals(regrade_id: int) -> Totals:
    """Return what a regrade comes to."""
    rows = select(
        RegradeChange.score_before,
        RegradeChange.score_after,
        RegradeChange.was_passed,
        RegradeChange.is_passed,
        func.count(),
    ).where(RegradeChange.regrade_id == regrade_id)
    kinds = rows.group_by(*list(rows.selected_columns)[:4])
    papers = gained = lost = higher = lower = 0
    for before, after, was, now, count in db.session.execute(kinds):
        papers += count
        gained += count if now and was is False else 0
        lost += count if was and now is False else 0
        if before is not None and after is not None:
            higher += count if after > before else 0
            lower += count if after < before else 0
    return Totals(papers, gained, lost, higher, lower)


def changes(regrade_id: int, *, only_verdicts: bool = False) -> Select[Any]:
    """Return who is concerned by a regrade, those first who pass or fail by it."""
    is_other = RegradeChange.was_passed.is_distinct_from(RegradeChange.is_passed)
    query = (
        select(
            RegradeChange.id,
            RegradeChange.attempt_id,
            Person.name,
            Person.staff_no,
            Exam.code,
            ExamVersion.settings["title"].label("title"),
            RegradeChange.mark_before,
            RegradeChange.mark_after,
            RegradeChange.score_before,
            RegradeChange.score_after,
            RegradeChange.was_passed,
            RegradeChange.is_passed,
        )
        .join(Attempt, Attempt.id == RegradeChange.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(ExamVersion, ExamVersion.id == Attempt.version_id)
        .where(RegradeChange.regrade_id == regrade_id)
        .order_by(case((is_other, 0), else_=1), RegradeChange.id)
    )
    return query.where(is_other) if only_verdicts else query


def lost_passes(actor: Person) -> Select[Any]:
    """Return the passes that regrades took away and about which nobody has decided yet."""
    return (
        select(
            RegradeChange.id,
            RegradeChange.attempt_id,
            RegradeChange.score_before,
            RegradeChange.score_after,
            RegradeChange.applied_at,
            Attempt.person_id,
            Person.name,
            Person.staff_no,
            ExamVersion.settings["title"].label("title"),
            Regrade.reason,
        )
        .join(Regrade, Regrade.id == RegradeChange.regrade_id)
        .join(Attempt, Attempt.id == RegradeChange.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(ExamVersion, ExamVersion.id == Attempt.version_id)
        .outerjoin(LostPass, LostPass.change_id == RegradeChange.id)
        .where(
            RegradeChange.was_passed.is_(True),
            RegradeChange.is_passed.is_(False),
            RegradeChange.applied_at.is_not(None),
            LostPass.change_id.is_(None),
            Attempt.passed.is_(False),  # another regrade may have given it back
            visible_to(actor, roles=DECIDERS),
        )
        .order_by(RegradeChange.applied_at, RegradeChange.id)
    )


def waiting_passes(actor: Person) -> int:
    """Return how many of `lost_passes` there are."""
    rows = lost_passes(actor).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def regrade_or_404(regrade_id: int) -> Regrade:
    """Return a regrade."""
    return found(db.session.get(Regrade, regrade_id))


def regrades_of(version_ids: Sequence[int]) -> Sequence[Regrade]:
    """Return the regrades of versions of a question, latest first."""
    query = select(Regrade).where(Regrade.question_version_id.in_(version_ids))
    return db.session.scalars(query.order_by(Regrade.id.desc())).all()

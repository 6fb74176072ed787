"""Which attempts figures are about, and what these say, counted.

Whoever sees everyone gets all times from the roll-ups (`tally_models`) and the few papers that are
not in them yet; a narrower scope or a period is counted from the papers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select

from lms.accounts.models import Person
from lms.accounts.queries import sees_everyone, visible_to
from lms.core.db import db
from lms.core.errors import found
from lms.exams import answered
from lms.exams.answered import Counted
from lms.exams.bank import ROLES
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules import results
from lms.exams.tally_models import AnswerTally, ScoreTally
from lms.web import i18n


@dataclass(frozen=True, slots=True)
class Asked:
    """Which attempts the figures are about; what is empty does not matter."""

    version: int | None = None
    """Number of the exam's version."""
    firsts: bool = False
    """Whether only first attempts of a run count."""
    since: date | None = None
    until: date | None = None
    """First and last day on which they were handed in."""

    @property
    def is_of_all_times(self) -> bool:
        """Whether no period is asked for."""
        return self.since is None and self.until is None


EVERYTHING = Asked()


def versions_of(code: str) -> list[int]:
    """Return the numbers of an exam's versions."""
    query = select(ExamVersion.number).join(Exam, Exam.id == ExamVersion.exam_id)
    return list(db.session.scalars(query.where(Exam.code == code).order_by(ExamVersion.number)))


def counted_of(actor: Person, exam_id: int, version_ids: set[int], asked: Asked) -> Counted:
    """Return what the attempts that are asked for say, counted."""
    query = _attempts(actor, exam_id, version_ids, asked)
    if not asked.is_of_all_times or not sees_everyone(actor, roles=ROLES):
        return answered.count(db.session.scalars(query).all())
    # Those that are not in the roll-ups yet are read first: what comes in between is missed, and
    # not there twice.
    left = answered.count(db.session.scalars(query.where(~Attempt.counted)).all())
    return _with_roll_ups(left, version_ids)


def _with_roll_ups(left: Counted, version_ids: set[int]) -> Counted:
    rows = select(ScoreTally.exam_version_id, ScoreTally.is_first, ScoreTally.results)
    stored = {
        (version, is_first): results.read(said)
        for version, is_first, said in db.session.execute(
            rows.where(ScoreTally.exam_version_id.in_(version_ids))
        )
    }
    all_results = {
        part: results.added([stored.get(part, {}), left.results.get(part, {})])
        for part in {*stored, *left.results}
    }
    answers = dict(left.answers)
    piles = select(
        AnswerTally.exam_version_id,
        AnswerTally.question_version_id,
        AnswerTally.is_first,
        AnswerTally.cells,
    ).where(AnswerTally.exam_version_id.in_(version_ids))
    for exam_version, version, is_first, pile in db.session.execute(piles):
        place = (exam_version, version, is_first)
        more = answers.get(place, {})
        answers[place] = pile | {key: pile.get(key, 0) + count for key, count in more.items()}
    return Counted(all_results, answers)


def attempt_ids(actor: Person, code: str, asked: Asked) -> Sequence[int]:
    """Return the attempts that are asked for, in the order in which they began."""
    versions = select(ExamVersion.id, ExamVersion.number, ExamVersion.exam_id)
    versions = versions.join(Exam, Exam.id == ExamVersion.exam_id).where(Exam.code == code)
    rows = db.session.execute(versions).all()
    wanted = {row.id for row in rows if asked.version in {None, row.number}}
    query = _attempts(actor, found(rows[0].exam_id if rows else None), wanted, asked)
    return db.session.scalars(query).all()


def numbers_of(version_ids: Sequence[int]) -> dict[int, int]:
    """Return id -> number of versions of exams."""
    query = select(ExamVersion.id, ExamVersion.number).where(ExamVersion.id.in_(version_ids))
    numbers: dict[int, int] = dict(db.session.execute(query).all())
    return numbers


def _attempts(actor: Person, exam_id: int, version_ids: set[int], asked: Asked) -> Select[int]:
    query = select(Attempt.id).join(Person, Person.id == Attempt.person_id)
    query = query.where(Attempt.exam_id == exam_id, Attempt.score.is_not(None))
    query = query.where(visible_to(actor, roles=ROLES), Attempt.version_id.in_(version_ids))
    if asked.firsts:
        query = query.where(Attempt.number == 1)
    if asked.since is not None:
        query = query.where(Attempt.submitted_at >= _midnight(asked.since))
    if asked.until is not None:
        query = query.where(Attempt.submitted_at < _midnight(asked.until + timedelta(days=1)))
    return query.order_by(Attempt.id)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=i18n.zone())

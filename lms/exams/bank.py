"""What a trainer sees of the exams beside the curriculum: their rules, and how many questions fit."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.accounts.rules import Role
from lms.core.db import db
from lms.courses.studio import DrawRow, ExamRow
from lms.exams import drawable, queries, words
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.rules.drawing import Shelves
from lms.exams.rules.settings import Draw, ExamRules

ROLES = frozenset({Role.TRAINER, Role.ADMIN})
"""By which roles somebody sees how others did."""


def exam_rows(actor: Person, codes: Collection[str] | None = None) -> Mapping[str, ExamRow]:
    """Return code -> exam, for `codes` or for all that are published; three statements.

    Args:
        actor: whose scope counts for the number of attempts.
        codes: of the exams; None for all.
    """
    published = select(Exam.code, ExamVersion.id, ExamVersion.digest).join(Exam.published)
    published = published.order_by(Exam.code)
    if codes is not None:
        published = published.where(Exam.code.in_(codes))
    given = db.session.execute(published).all()
    sat, there = _attempts(actor), drawable.bank()
    shelves, codes_there = Shelves(there), {each.code for each in there}

    def row(entry: Draw) -> DrawRow:
        if entry.question is not None:
            return DrawRow(entry.question, [], 1, int(entry.question in codes_there))
        available = len(shelves.fitting(entry))
        return DrawRow(entry.unit or "", words.draw_words(entry), entry.count, available)

    rules = {code: queries.rules_of(version_id, digest) for code, version_id, digest in given}
    return {
        code: _row(exam, [row(each) for each in exam.draws], sat.get(code, 0))
        for code, exam in rules.items()
    }


def _row(exam: ExamRules, draws: Sequence[DrawRow], attempts: int) -> ExamRow:
    return ExamRow(
        code=exam.code,
        title=exam.title,
        minutes=exam.minutes,
        questions=exam.questions,
        pass_percent=exam.pass_percent,
        draws=draws,
        attempts=attempts,
    )


def _attempts(actor: Person) -> dict[str, int]:
    """Return exam code -> how many attempts of people in the actor's scope are marked."""
    query = (
        select(Exam.code, func.count())
        .join(Attempt, Attempt.exam_id == Exam.id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.score.is_not(None), visible_to(actor, roles=ROLES))
        .group_by(Exam.code)
    )
    counts: dict[str, int] = dict(db.session.execute(query).all())
    return counts

"""What a trainer sees of the exams beside the curriculum: their rules, and how many questions fit."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Set as AbstractSet

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.accounts.rules import Role
from lms.core.db import db
from lms.courses.studio import DrawRow, ExamRow
from lms.exams import body, words
from lms.exams.models import Attempt, Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules import drawing
from lms.exams.rules.drawing import Candidate, fits
from lms.exams.rules.settings import Draw, ExamRules

ROLES = frozenset({Role.TRAINER, Role.ADMIN})
"""By which roles somebody sees how others did."""


def exam_rows(actor: Person, codes: Collection[str] | None = None) -> Mapping[str, ExamRow]:
    """Return code -> exam, for `codes` or for all that are published; three statements, or four.

    Args:
        actor: whose scope counts for the number of attempts.
        codes: of the exams; None for all.
    """
    published = select(Exam.code, ExamVersion.settings).join(Exam.published).order_by(Exam.code)
    if codes is not None:
        published = published.where(Exam.code.in_(codes))
    given = {row.code: row.settings for row in db.session.execute(published)}
    sat, bank = _attempts(actor), _sorts()
    rules = {code: ExamRules.read(settings) for code, settings in given.items()}
    there = _named(each for exam in rules.values() for each in exam.draws)
    return {code: _row(exam, bank, there, sat.get(code, 0)) for code, exam in rules.items()}


def _row(
    exam: ExamRules, bank: Mapping[Candidate, int], there: AbstractSet[str], attempts: int
) -> ExamRow:
    return ExamRow(
        code=exam.code,
        title=exam.title,
        minutes=exam.minutes,
        questions=exam.questions,
        pass_percent=exam.pass_percent,
        draws=[_draw(each, bank, there) for each in exam.draws],
        attempts=attempts,
    )


def _named(draws: Iterable[Draw]) -> AbstractSet[str]:
    """Return which of the questions and cases that entries name are in the exam pool."""
    codes = {each.question for each in draws if each.question is not None}
    if not codes:
        return codes
    name = func.coalesce(Question.case, Question.code)
    pool = select(name).where(Question.pool == Pool.EXAM, Question.published_id.is_not(None))
    return set(db.session.scalars(pool.where(name.in_(codes))))


def _draw(entry: Draw, bank: Mapping[Candidate, int], there: AbstractSet[str]) -> DrawRow:
    if entry.question is not None:
        return DrawRow(entry.question, [], 1, int(entry.question in there))
    available = sum(count for sort, count in bank.items() if fits(entry, sort))
    return DrawRow(entry.unit or "", words.draw_words(entry), entry.count, available)


def _sorts() -> Mapping[Candidate, int]:
    """Return each sort of question in the exam pool and how many there are, without their texts."""
    query = (
        select(
            Question.unit,
            QuestionVersion.kind,
            QuestionVersion.difficulty,
            QuestionVersion.tags,
            QuestionVersion.body["safety"].as_boolean(),
            Question.case,
        )
        .join(Question.published)
        .where(Question.pool == Pool.EXAM)
    )
    found: Counter[Candidate] = Counter()
    cases: defaultdict[str, list[Candidate]] = defaultdict(list)
    for unit, kind, difficulty, tags, is_safety, case in db.session.execute(query):
        tagged = body.with_safety(tags, is_safety=bool(is_safety))
        sort = Candidate("", 0, unit, kind, difficulty, tagged, 0, (), shuffle=False)
        if case is None:
            found[sort] += 1
        else:
            cases[case].append(sort)
    found.update(drawing.case("", parts) for parts in cases.values())
    return found


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

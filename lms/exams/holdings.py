"""What trainers look up in the question bank: the list with its filters, and one question whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.core.errors import found
from lms.core.placeholders import LANGUAGES
from lms.exams import drawable
from lms.exams.models import Attempt, Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules.drawing import fits
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import ExamRules


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shall show; what is empty does not matter."""

    text: str = ""
    """Stands in the code or in what is asked."""
    kind: str = ""
    unit: str = ""
    bank: str = ""
    pool: str = ""
    tag: str = ""
    difficulty: int | None = None


def shown_version() -> ColumnElement[int]:
    """Return the id of the version that stands for a question: the published one, else the newest."""
    other = aliased(QuestionVersion)
    newest = select(func.max(other.id)).where(other.question_id == Question.id)
    return func.coalesce(Question.published_id, newest.correlate(Question).scalar_subquery())


def entries(wanted: Wanted) -> Select[Any]:
    """Return the questions of the bank that fit, by module and code."""
    version = QuestionVersion
    query = select(
        Question.code, Question.unit, Question.bank, Question.pool, Question.published_id,
        version.kind, version.difficulty, version.tags, version.body["stem"].label("stem"),
    ).join(version, version.id == shown_version())  # fmt: skip
    fixed = {
        Question.unit: wanted.unit,
        Question.bank: wanted.bank,
        Question.pool: Pool(wanted.pool) if wanted.pool in set(Pool) else None,
        version.kind: Kind(wanted.kind) if wanted.kind in set(Kind) else None,
        version.difficulty: wanted.difficulty,
    }
    for column, value in fixed.items():
        if value:
            query = query.where(column == value)
    if wanted.tag:  # as JSON spells it: the column is a list
        query = query.where(
            cast(version.tags, String).contains(json.dumps(wanted.tag), autoescape=True)
        )
    if wanted.text:
        stems = (version.body[("stem", each)].as_string() for each in LANGUAGES)
        places = (each.icontains(wanted.text, autoescape=True) for each in (Question.code, *stems))
        query = query.where(or_(*places))
    return query.order_by(Question.unit, Question.code)


def question_with(code: str) -> Question:
    """Return the question with this code; else a 404."""
    return found(db.session.scalar(select(Question).filter_by(code=code)))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a question, and on how many papers it stood."""

    id: int
    number: int
    made_at: Any
    points: int
    attempts: int


def versions_of(question: Question) -> Sequence[Version]:
    """Return the versions of a question, newest first; one statement each, and one more."""
    columns = (QuestionVersion.id, QuestionVersion.number, QuestionVersion.made_at)
    query = select(*columns, QuestionVersion.points).filter_by(question_id=question.id)
    rows = db.session.execute(query.order_by(QuestionVersion.number.desc()))
    return [Version(*row, attempts=_attempts(row.id)) for row in rows.all()]


def _attempts(version_id: int) -> int:
    """Count the papers with a version: a layout spells each slot as ``[version id, …``."""
    has_it = cast(Attempt.layout, String).contains(f"[{version_id},")
    return db.session.scalar(select(func.count()).select_from(Attempt).where(has_it)) or 0


def drawn_by(question: Question) -> Mapping[str, Mapping[str, str]]:
    """Return code -> title of the exams whose blueprint can draw a question as it stands."""
    owner = question.case or question.code
    candidate = next((each for each in drawable.bank() if each.code == owner), None)
    if candidate is None:
        return {}
    published = select(ExamVersion.settings).join(Exam, Exam.published_id == ExamVersion.id)
    exams = (ExamRules.read(each) for each in db.session.scalars(published.order_by(Exam.code)))
    return {
        exam.code: exam.title
        for exam in exams
        if any(fits(entry, candidate) for entry in exam.draws)
    }

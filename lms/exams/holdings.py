"""What trainers look up in the question bank: the list with its filters, and one question whole."""

import enum
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.core.errors import found
from lms.core.placeholders import LANGUAGES
from lms.exams import drawable, quality
from lms.exams.delivered_models import is_changed_here, is_delivered_anew
from lms.exams.models import IN_FORCE, Attempt, Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules.drawing import fits
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import ExamRules

LONGEST = 80
"""Characters of a filter."""
_LEVELS = ("1", "2", "3", "4", "5")


class State(enum.StrEnum):
    """How far a question is."""

    PUBLISHED = "published"
    DRAFT = "draft"
    """Never published."""
    CHANGED = "changed"
    """Published, with a newer draft."""
    FIGURES = "figures"
    """Written for figures that the site has replaced; not drawn until somebody has read it."""
    HERE = "here"
    """Came with the content files, and was changed on this site."""
    DELIVERED = "delivered"
    """So, and the files have changed since."""


class Use(enum.StrEnum):
    """Where a question is not used."""

    NO_EXAM = "no-exam"
    """No published exam can draw it as it stands."""
    NO_PAPER = "no-paper"
    """Nobody has ever had it on a paper."""


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
    state: str = ""
    """One of `State`."""
    use: str = ""
    """Code of an exam that can draw it, or one of `Use`."""
    sign: str = ""
    """One of `figures.Sign`: what its statistics say to look at."""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Wanted":
        """Return what an address asks for; what cannot be meant does not matter."""
        said = {
            each.name: args.get(each.name, "").strip()[:LONGEST]
            for each in fields(cls)
            if each.name != "difficulty"
        }
        level = args.get("difficulty", "")
        return cls(**said, difficulty=int(level) if level in _LEVELS else None)

    @property
    def asked(self) -> dict[str, Any]:
        """What matters, as an address says it."""
        return {key: each for key, each in asdict(self).items() if each}


def shown_version() -> ColumnElement[int]:
    """Return the id of the version that stands for a question: the published one, else the newest."""
    return func.coalesce(Question.published_id, newest_version())


def newest_version() -> ScalarSelect[int]:
    """Return the id of a question's newest version: its draft, where that is not published."""
    other = aliased(QuestionVersion)
    newest = select(func.max(other.id)).where(other.question_id == Question.id)
    return newest.correlate(Question).scalar_subquery()


def entries(wanted: Wanted) -> Select[Any]:
    """Return the questions of the bank that fit, by module and code."""
    version = QuestionVersion
    query = select(
        Question.code, Question.unit, Question.bank, Question.pool, Question.published_id,
        newest_version().label("newest_id"),
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
    for condition in (_state(wanted.state), _use(wanted.use), _sign(wanted.sign)):
        if condition is not None:
            query = query.where(condition)
    return query.order_by(Question.unit, Question.code)


def _state(said: str) -> ColumnElement[bool] | None:
    published = Question.published_id.is_not(None)
    return {
        "": None,
        State.PUBLISHED: published,
        State.DRAFT: ~published,
        State.CHANGED: published & (Question.published_id != newest_version()),
        State.FIGURES: ~IN_FORCE,
        State.HERE: is_changed_here(),
        State.DELIVERED: is_delivered_anew(),
    }.get(said)


def _sign(said: str) -> ColumnElement[bool] | None:
    return quality.versions_with_sign(Sign(said)) if said in set(Sign) else None


def _use(said: str) -> ColumnElement[bool] | None:
    if not said:
        return None
    if said == Use.NO_PAPER:
        used = _on_papers()
        own = select(QuestionVersion.question_id).where(QuestionVersion.id.in_(used))
        return Question.id.not_in(own)
    code = func.coalesce(Question.case, Question.code)
    if said == Use.NO_EXAM:
        return code.not_in(_drawable(_exams()))
    return code.in_(_drawable(each for each in _exams() if each.code == said))


def _on_papers() -> Select[Any]:
    """Return the versions that stand on papers: a layout has each slot as ``[version id, …]``."""
    if db.engine.dialect.name == "postgresql":
        entries = func.json_array_elements(Attempt.layout).table_valued("value")
        version_id: ColumnElement[Any] = cast(entries.c.value.op("->>")(0), Integer)
    else:
        entries = func.json_each(Attempt.layout).table_valued("value")
        version_id = func.json_extract(entries.c.value, "$[0]")
    return select(version_id).select_from(Attempt).join(entries, true()).distinct()


def _drawable(exams: Iterable[ExamRules]) -> list[str]:
    """Return the codes of the questions and cases that exams can draw."""
    draws = [entry for exam in exams for entry in exam.draws]
    return [each.code for each in drawable.bank() if any(fits(entry, each) for entry in draws)]


def _exams() -> list[ExamRules]:
    published = select(ExamVersion.settings).join(Exam, Exam.published_id == ExamVersion.id)
    return [ExamRules.read(each) for each in db.session.scalars(published.order_by(Exam.code))]


def exam_titles() -> dict[str, Mapping[str, str]]:
    """Return code -> title of the published exams."""
    return {each.code: each.title for each in _exams()}


def question_with(code: str) -> Question:
    """Return the question with this code; else a 404."""
    return found(db.session.scalar(select(Question).filter_by(code=code)))


def version_shown(question: Question) -> QuestionVersion:
    """Return the version that stands for a question."""
    whole = select(QuestionVersion).join(Question, QuestionVersion.id == shown_version())
    return db.session.scalars(whole.where(Question.id == question.id)).one()


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
    return {
        exam.code: exam.title
        for exam in _exams()
        if any(fits(entry, candidate) for entry in exam.draws)
    }

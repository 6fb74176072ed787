"""What practice pages and services look up.

One condition, `FOR_PRACTICE`, stands in every query that leads to what a question asks: published,
in the practice pool and in force at this moment. Whatever has become a question of exams, or rests
on a figure that the site has replaced and nobody has read since, is not there, in whatever version,
round, answer or notebook it stood before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import Actor
from lms.core.db import db
from lms.core.errors import found
from lms.core.prepared import Prepared
from lms.core.text import Bilingual
from lms.courses import queries as courses
from lms.courses.runs import current_runs
from lms.exams import queries as exams
from lms.exams.models import IN_FORCE, Pool, Question, QuestionVersion
from lms.exams.rules.kinds import BY_HAND, Kind
from lms.exams.rules.marks import FULL
from lms.practice.models import Mistake, PracticeAnswer, PracticeRound
from lms.practice.rules import Entry, Last

FOR_PRACTICE = and_(Question.pool == Pool.PRACTICE, Question.published_id.is_not(None), IN_FORCE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to practise; empty words are no wish."""

    unit: str = ""
    lesson: str = ""
    kind: str = ""
    count: int = 10


def open_modules(person: Person) -> dict[str, Bilingual]:
    """Return code -> title of the modules that a person may study now, in order."""
    runs = [courses.progress_of(run) for run in current_runs(person)]
    return {
        module.code: module.title
        for progress in runs
        for state in progress.stages
        for module in state.stage.modules
        if any(progress.is_lesson_open(lesson) for lesson in module.lessons)
    }


def unit_of_lesson(person: Actor, lesson: str) -> str | None:
    """Return the module of a lesson that a person may study now."""
    for run in current_runs(person):
        progress = courses.progress_of(run)
        place = progress.outline.place_of(lesson)
        if place and progress.is_lesson_open(lesson):
            return place[1].code
    return None


_ASKABLE = (
    select(
        Question.id,
        Question.code,
        Question.case,
        Question.unit,
        QuestionVersion.kind,
        QuestionVersion.id.label("version_id"),
    )
    .join(QuestionVersion, QuestionVersion.id == Question.published_id)
    .where(
        FOR_PRACTICE,
        Question.unit.in_(bindparam("units", expanding=True)),
        QuestionVersion.kind.not_in(BY_HAND),
    )
    .order_by(Question.code)
)
"""What may be asked of some modules, ``units``: nothing that needs a person to mark it."""
_asking = Prepared(_ASKABLE)


def kinds_of(units: Collection[str]) -> list[Kind]:
    """Return the kinds of which these modules have questions for practice."""
    rows = _asking.rows(units=list(units))
    return sorted({Kind(row.kind) for row in rows}, key=list(Kind).index)


def entries(units: Collection[str], wanted: Wanted) -> list[Entry]:
    """Return what a round may ask; two statements, and one more where a body was never read."""
    rows = [
        row
        for row in _asking.rows(units=list(units))
        if wanted.unit in {"", row.unit} and wanted.kind in {"", row.kind}
    ]
    return [
        Entry(code, parts, is_near=bool(wanted.lesson) and wanted.lesson in lessons)
        for code, parts, _unit, lessons in _together(rows)
    ]


def _together(rows: Sequence[Any]) -> Iterator[tuple[str, tuple[int, ...], str, set[str]]]:
    """Yield what is asked together: code, questions in the order asked, module, lessons.

    Args:
        rows: of `_askable`; a case stands where its first question stands.
    """
    shown = exams.questions(row.version_id for row in rows)
    cases: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        cases[row.case or row.code].append(row)

    def part(row: Any) -> int:
        return int((shown[row.version_id].body.get("case") or {}).get("part", 0))

    for code, parts in cases.items():
        lessons = {str(shown[row.version_id].body.get("lesson", "")) for row in parts}
        yield code, tuple(row.id for row in sorted(parts, key=part)), parts[0].unit, lessons


def askable_by_lesson(units: Collection[str]) -> dict[tuple[str, str], list[int]]:
    """Return module and lesson -> what may be asked, as `entries` puts it in order.

    A case goes with every lesson of which one of its questions is. Statements as for `entries`.
    """
    near: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for _code, parts, unit, lessons in _together(_asking.rows(units=list(units))):
        for lesson in lessons:
            near[unit, lesson] += parts
    return near


def last_answers(person: Person, question_ids: Collection[int]) -> dict[int, Last]:
    """Return question id -> how the person answered it the last time."""
    query = select(PracticeAnswer.question_id, PracticeAnswer.id, PracticeAnswer.mark)
    query = query.where(PracticeAnswer.id.in_(_latest(person)))
    rows = db.session.execute(query.where(PracticeAnswer.question_id.in_(question_ids)))
    return {question: Last(turn, mark == FULL) for question, turn, mark in rows}


def _latest(person: Person) -> Select[int]:
    latest = select(func.max(PracticeAnswer.id)).where(PracticeAnswer.person_id == person.id)
    return latest.group_by(PracticeAnswer.question_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is with the questions of a module."""

    total: int
    seen: int
    right: int
    """Right the last time."""


def standings(person: Person, units: Collection[str]) -> dict[str, Standing]:
    """Return module -> standing, for the modules that have questions; two statements."""
    askable = _ASKABLE.params(units=list(units)).subquery()
    per_unit = select(askable.c.unit, func.count()).group_by(askable.c.unit)
    totals = {row[0]: row[1] for row in db.session.execute(per_unit)}
    query = select(askable.c.unit, PracticeAnswer.mark)
    query = query.join(PracticeAnswer, PracticeAnswer.question_id == askable.c.id)
    query = query.where(PracticeAnswer.id.in_(_latest(person)))
    marks: defaultdict[str, list[bool]] = defaultdict(list)
    for unit, mark in db.session.execute(query):
        marks[unit].append(mark == FULL)
    return {
        unit: Standing(totals[unit], len(marks[unit]), sum(marks[unit]))
        for unit in units
        if unit in totals
    }


def round_of(actor: Person, round_id: int) -> PracticeRound:
    """Return one of the actor's own rounds."""
    query = select(PracticeRound).where(
        PracticeRound.id == round_id, PracticeRound.person_id == actor.id
    )
    return found(db.session.scalar(query.options(undefer(PracticeRound.questions))))


def unfinished(person: Person) -> PracticeRound | None:
    """Return a person's latest round, if something in it is left to answer."""
    query = select(PracticeRound).where(PracticeRound.person_id == person.id)
    query = query.options(undefer(PracticeRound.questions))
    row = db.session.scalar(query.order_by(PracticeRound.id.desc()).limit(1))
    return row if row is not None and open_places(row) else None


def answers_in(row: PracticeRound) -> dict[int, PracticeAnswer]:
    """Return place -> answer."""
    query = select(PracticeAnswer).where(PracticeAnswer.round_id == row.id)
    return {each.place: each for each in db.session.scalars(query)}


def open_places(row: PracticeRound) -> list[int]:
    """Return the places that are not answered and still for practice."""
    done, still = answers_in(row), _still(row.questions)
    return [
        place
        for place, question in enumerate(row.questions, start=1)
        if place not in done and question in still
    ]


def _still(question_ids: Collection[int]) -> set[int]:
    return {row.id for row in _STILL.rows(ids=list(question_ids))}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it may be shown now."""

    question_id: int
    points: int
    shown: exams.Shown


def asked(question_id: int, version_id: int | None = None) -> Asked | None:
    """Return a question for practice; None if it is no longer for practice.

    Args:
        question_id: which.
        version_id: the version that was answered; None for the published one.
    """
    return asked_all({question_id: version_id}).get(question_id)


def asked_all(wanted: Mapping[int, int | None]) -> dict[int, Asked]:
    """Return question id -> question, for those of `wanted` that are for practice now.

    Args:
        wanted: question id -> version that was answered; None for the published one.
    """
    rows = _STILL.rows(ids=list(wanted))
    versions = {row.id: wanted[row.id] or row.published_id for row in rows}
    shown = exams.questions(versions.values())
    return {
        row.question_id: Asked(row.question_id, row.points, shown[row.id])
        for row in _POINTS.rows(ids=list(versions.values()))
        if versions.get(row.question_id) == row.id
    }


_STILL = Prepared(
    select(Question.id, Question.published_id).where(
        FOR_PRACTICE, Question.id.in_(bindparam("ids", expanding=True))
    )
)
_POINTS = Prepared(
    select(QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.points).where(
        QuestionVersion.id.in_(bindparam("ids", expanding=True))
    )
)


def reviews(mistake: Mistake) -> Sequence[PracticeAnswer]:
    """Return the answers to a question since it is in the notebook, the first one first."""
    query = select(PracticeAnswer).where(
        PracticeAnswer.person_id == mistake.person_id,
        PracticeAnswer.question_id == mistake.question_id,
        PracticeAnswer.answered_at >= mistake.entered_at,
    )
    return db.session.scalars(query.order_by(PracticeAnswer.id)).all()


def mistake_on(person_id: int, question_id: int) -> Mistake | None:
    """Return the notebook's line about a question, in it or not."""
    return db.session.scalar(
        select(Mistake).filter_by(person_id=person_id, question_id=question_id)
    )


def _notebook(person: Person) -> Select[Any]:
    query = select(Mistake).join(Question, Question.id == Mistake.question_id)
    return query.where(FOR_PRACTICE, Mistake.person_id == person.id, Mistake.left_at.is_(None))


def notebook(person: Person, unit: str = "") -> Select[Any]:
    """Select the mistakes in a person's notebook, those that are due first at the front."""
    query = _notebook(person).order_by(Mistake.due_at, Mistake.id)
    return query.where(Question.unit == unit) if unit else query


def units_in_notebook(person: Person) -> dict[str, int]:
    """Return module -> how many mistakes of it are in the notebook."""
    return dict(_UNITS.rows(person=person.id))


_UNITS = Prepared(
    select(Question.unit, func.count())
    .select_from(Mistake)
    .join(Question, Question.id == Mistake.question_id)
    .where(FOR_PRACTICE, Mistake.person_id == bindparam("person"), Mistake.left_at.is_(None))
    .group_by(Question.unit)
)


def due(person: Person, before: datetime, *, unit: str = "") -> Sequence[Mistake]:
    """Return the mistakes that are due before an instant, the longest ago first."""
    return db.session.scalars(notebook(person, unit).where(Mistake.due_at < before)).all()


def due_count(person: Actor, before: datetime) -> int:
    """Return how many mistakes are due before an instant; one statement."""
    return int(_DUE_COUNT.row(person=person.id, before=before)[0])


_DUE_COUNT = Prepared(
    select(func.count())
    .select_from(Mistake)
    .join(Question, Question.id == Mistake.question_id)
    .where(
        FOR_PRACTICE,
        Mistake.person_id == bindparam("person"),
        Mistake.left_at.is_(None),
        Mistake.due_at < bindparam("before"),
    )
)


def mistake_for(actor: Person, mistake_id: int) -> Mistake:
    """Return a line of the actor's own notebook, in it or not."""
    query = select(Mistake).join(Question, Question.id == Mistake.question_id)
    own = query.where(FOR_PRACTICE, Mistake.id == mistake_id, Mistake.person_id == actor.id)
    return found(db.session.scalar(own))


def left_line(actor: Person, mistake_id: int) -> Mistake | None:
    """Return a line that has left the actor's notebook, to be put back; None if it is none."""
    if not mistake_id:
        return None
    query = select(Mistake).join(Question, Question.id == Mistake.question_id)
    query = query.where(FOR_PRACTICE, Mistake.person_id == actor.id, Mistake.left_at.is_not(None))
    return next((row for row in db.session.scalars(query) if row.id == mistake_id), None)

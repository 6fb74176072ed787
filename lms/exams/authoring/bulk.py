"""Many questions changed together: first what would change and what cannot, then done, with a trace.

Tags and difficulty belong to a version, so a published question gets a new version with the same
text; pool and module belong to the question itself. A case moves with all its questions.
"""

import enum
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.text import digest
from lms.exams import holdings
from lms.exams.authoring import drafts
from lms.exams.authoring.checking import MOST_TAGS, Asked
from lms.exams.errors import PlanChangedError
from lms.exams.holdings import Wanted
from lms.exams.models import Pool, Question, QuestionVersion

AT_ONCE = 500
"""Codes in one statement."""


class Change(enum.StrEnum):
    """What can be done to many questions."""

    POOL = "pool"
    UNIT = "unit"
    TAG = "tag"
    UNTAG = "untag"
    DIFFICULTY = "difficulty"
    RETIRE = "retire"


class Why(enum.StrEnum):
    """Why a question cannot be changed so."""

    FILES = "files"
    DRAFT = "draft"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Order:
    """A change, and to what."""

    change: Change
    value: str = ""


@dataclass(slots=True)
class Plan:
    """What an order would do."""

    order: Order
    will: list[str] = field(default_factory=list)
    """Codes of the questions that change."""
    already: list[str] = field(default_factory=list)
    """Of those that are so already."""
    cannot: defaultdict[Why, list[str]] = field(default_factory=lambda: defaultdict(list))
    along: list[str] = field(default_factory=list)
    """Of those that change because others of their case do."""

    @property
    def mark(self) -> str:
        """A hash of what changes: another once anything of it is different."""
        return digest([self.order.change, self.order.value, self.will, self.along])


@dataclass(frozen=True, slots=True)
class _Row:
    question: Question
    version: QuestionVersion
    """The newest."""


def chosen(codes: Collection[str]) -> list[str]:
    """Return which of these codes there are, in their order."""
    known = select(Question.code).where(Question.code.in_(list(codes))).order_by(Question.code)
    return list(db.session.scalars(known))


def fitting(wanted: Wanted) -> list[str]:
    """Return the codes of all questions that fit."""
    return list(db.session.scalars(holdings.entries(wanted).with_only_columns(Question.code)))


def plan(codes: Sequence[str], order: Order) -> Plan:
    """Return what an order would do to questions; nothing is changed."""
    found, rows = Plan(order), _rows(codes)
    for row in rows:
        _place(found, row)
    if _moves(order):
        cases = {row.question.case for row in rows if row.question.code in set(found.will)}
        along = select(Question.code).where(
            Question.case.in_([each for each in cases if each]), Question.code.not_in(found.will)
        )
        found.along = list(db.session.scalars(along.order_by(Question.code)))
    return found


@transaction()
def apply(
    codes: Sequence[str], order: Order, mark: str, *, actor: Person, at: datetime | None = None
) -> Plan:
    """Do what a plan said.

    Args:
        codes: of the questions.
        order: what is to be done.
        mark: of the plan that was looked at.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        PlanChangedError: something else would change now.
    """
    at = at or clock.now()
    found = plan(codes, order)
    if found.mark != mark:
        raise PlanChangedError
    for row in _rows([*found.will, *found.along], is_locked=True):
        _change(row, order, actor, at)
    audit.note("exams.questions_changed", kind="bank", object_id=0, actor_id=actor.id, at=at,
               change=order.change.value, value=order.value,
               changed=len(found.will) + len(found.along))  # fmt: skip
    return found


def _moves(order: Order) -> bool:
    """Whether it is about the question itself, and so about its whole case."""
    return order.change in {Change.POOL, Change.UNIT, Change.RETIRE}


def _rows(codes: Sequence[str], *, is_locked: bool = False) -> list[_Row]:
    found: list[_Row] = []
    for start in range(0, len(codes), AT_ONCE):
        some = list(codes[start : start + AT_ONCE])
        query = (
            select(Question, QuestionVersion)
            .join(QuestionVersion, QuestionVersion.id == holdings.newest_version())
            .where(Question.code.in_(some))
            .order_by(Question.code)
            .options(undefer(QuestionVersion.meta))
        )
        if is_locked:
            query = query.with_for_update(of=Question)
        rows = db.session.execute(query.execution_options(populate_existing=True))
        found += [_Row(*row) for row in rows]
    return found


def _place(found: Plan, row: _Row) -> None:
    """Say what would happen to a question."""
    question, order, code = row.question, found.order, row.question.code
    if question.bank is None:
        found.cannot[Why.FILES].append(code)
    elif _is_so(row, order):
        found.already.append(code)
    elif not _moves(order) and question.published_id not in {None, row.version.id}:
        found.cannot[Why.DRAFT].append(code)
    elif order.change is Change.TAG and len(row.version.tags) >= MOST_TAGS:
        found.cannot[Why.TAGS].append(code)
    else:
        found.will.append(code)


def _is_so(row: _Row, order: Order) -> bool:
    question, version = row.question, row.version
    match order.change:
        case Change.POOL:
            return question.pool == order.value
        case Change.RETIRE:
            return question.pool is Pool.RETIRED
        case Change.UNIT:
            return question.unit == order.value
        case Change.TAG:
            return order.value in version.tags
        case Change.UNTAG:
            return order.value not in version.tags
        case Change.DIFFICULTY:
            return str(version.difficulty) == order.value


def _change(row: _Row, order: Order, actor: Person, at: datetime) -> None:
    question = row.question
    told: Mapping[str, object]
    match order.change:
        case Change.POOL | Change.RETIRE:
            pool = Pool.RETIRED if order.change is Change.RETIRE else Pool(order.value)
            told, action = {"pool": [question.pool.value, pool.value]}, "exams.question_moved"
            question.pool = pool
        case Change.UNIT:
            told, action = {"unit": [question.unit, order.value]}, "exams.question_moved"
            question.unit = order.value
        case _:
            asked = _revised(Asked.of(row.version), order)
            version = drafts.revise(question, row.version, asked, at=at)
            told = {"version": version.number, order.change.value: order.value}
            action = "exams.question_edited"
    audit.note(action, kind="question", object_id=question.code, actor_id=actor.id, at=at, **told)


def _revised(asked: Asked, order: Order) -> Asked:
    if order.change is Change.DIFFICULTY:
        return replace(asked, difficulty=int(order.value))
    others = tuple(each for each in asked.tags if each != order.value)
    return replace(asked, tags=(*others, order.value) if order.change is Change.TAG else others)

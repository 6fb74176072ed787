"""Questions of the bank written, changed, published. The only writer of what people write.

A question's newest version is its draft until it is published: it may be changed till then, and
nobody is shown it. A published version never changes.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.text import digest
from lms.exams.authoring.checking import Asked
from lms.exams.content.question_checks import FEWEST_PARTS, MOST_PARTS
from lms.exams.errors import (
    NewerDraftError,
    NoDraftError,
    OwnedByFilesError,
    PartCountError,
    UnchangedError,
)
from lms.exams.models import Pool, Question, QuestionVersion

_CODE = 10


@dataclass(frozen=True, slots=True)
class Home:
    """Where a question belongs."""

    bank: str
    unit: str = ""
    pool: Pool = Pool.PRACTICE


def newest(question: Question) -> QuestionVersion:
    """Return the version that an edit begins with: the draft, or else the published one."""
    own = select(QuestionVersion).filter_by(question_id=question.id)
    own = own.order_by(QuestionVersion.number.desc()).limit(1)
    return db.session.scalars(own.execution_options(populate_existing=True)).one()


def is_draft(version: QuestionVersion, question: Question) -> bool:
    """Whether the newest version is not published yet."""
    return version.id != question.published_id


@transaction()
def create(
    asked: Asked, home: Home, *, actor: Person, at: datetime | None = None, copied: str = ""
) -> Question:
    """Put a new question into a bank, as a draft.

    Args:
        asked: what it asks.
        home: the bank, module and pool.
        actor: a trainer or an administrator.
        at: now.
        copied: code of the question that it was copied from.
    """
    at = at or clock.now()
    question = _add(asked, home, None, _meta(copied), at)
    _note("exams.question_written", question, actor, at, bank=home.bank, sort=asked.kind.value,
          copied=copied)  # fmt: skip
    return question


@transaction()
def begin_case(asked: Asked, home: Home, *, actor: Person, at: datetime | None = None) -> Question:
    """Put the first question of a new case into a bank, as a draft; `asked` has the material."""
    at = at or clock.now()
    code = _free_code(asked, home.bank)
    body = {**asked.body, "case": {**asked.body["case"], "code": code, "part": 1, "of": 1}}
    question = _add(replace(asked, body=body), home, code, _meta(""), at)
    _note("exams.question_written", question, actor, at, bank=home.bank, sort=asked.kind.value,
          case=code)  # fmt: skip
    return question


@transaction()
def add_part(
    first: Question, asked: Asked, *, actor: Person, at: datetime | None = None
) -> Question:
    """Put another question behind those of a case, as a draft.

    Args:
        first: one of its questions.
        asked: what the new one asks.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        OwnedByFilesError: the case comes with the content files.
        PartCountError: it has as many as a case may have.
    """
    at = at or clock.now()
    _require_own(first)
    parts = parts_of(first)
    if len(parts) >= MOST_PARTS:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    count, stem = len(parts) + 1, asked.body["case"]["stem"]
    case = {"code": str(first.case), "part": count, "of": count, "stem": stem}
    home = Home(str(first.bank), first.unit, first.pool)
    body = {**asked.body, "case": case}
    question = _add(replace(asked, body=body), home, first.case, _meta(""), at)
    for each in parts:
        _redraft(each, lambda old: {**old, "case": {**old["case"], "of": count, "stem": stem}}, at)
    _note("exams.question_written", question, actor, at, bank=first.bank, sort=asked.kind.value,
          case=first.case)  # fmt: skip
    return question


@transaction()
def save(
    question: Question,
    asked: Asked,
    base: str,
    *,
    unit: str | None = None,
    actor: Person,
    at: datetime | None = None,
) -> QuestionVersion:
    """Keep a question's draft: a new version, or the one that is still a draft.

    Args:
        question: not one of the content files'.
        asked: what it is to ask.
        base: hash of the version that was edited, by `Asked.digest`.
        unit: code of its module, which applies at once; None to leave it.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        OwnedByFilesError: it comes with the content files.
        NewerDraftError: somebody saved another draft meanwhile.
        UnchangedError: it asks what it asked before.
    """  # fmt: skip
    at = at or clock.now()
    _require_own(question)
    version = newest(question)
    before = Asked.of(version)
    if base != before.digest:
        raise NewerDraftError
    is_moved = unit is not None and unit != question.unit
    if before.digest == asked.digest and not is_moved:
        raise UnchangedError
    if is_moved:
        for each in parts_of(question):
            each.unit = str(unit)
    if before.digest != asked.digest:
        version = _put(question, version, asked, at)
        stem = (asked.body.get("case") or {}).get("stem")
        if stem != (before.body.get("case") or {}).get("stem"):
            for each in parts_of(question):
                _redraft(each, lambda old: {**old, "case": {**old["case"], "stem": stem}}, at)
    _note("exams.question_edited", question, actor, at, version=version.number, unit=question.unit)
    return version


@transaction()
def publish(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Publish a question's draft; of a case, those of all its questions together.

    Papers that have an earlier version keep it.

    Raises:
        OwnedByFilesError: it comes with the content files.
        NoDraftError: it has none.
        PartCountError: a case has too few questions.
    """
    at = at or clock.now()
    _require_own(question)
    parts = parts_of(question)
    if question.case and len(parts) < FEWEST_PARTS:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    drafts = [(each, newest(each)) for each in parts]
    drafts = [(each, version) for each, version in drafts if is_draft(version, each)]
    if not drafts:
        raise NoDraftError
    for each, version in drafts:
        each.published_id = version.id
        _note("exams.question_published", each, actor, at, version=version.number)


@transaction()
def discard(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Forget a draft; the published version stays as it is. Of a case, the drafts of all its questions.

    Raises:
        OwnedByFilesError: it comes with the content files.
        NoDraftError: it has none, or was never published: it can be retired then.
    """
    _require_own(question)
    parts = parts_of(question)
    drafts = [(each, newest(each)) for each in parts]
    drafts = [(each, version) for each, version in drafts if is_draft(version, each)]
    if not drafts or any(each.published_id is None for each in parts):
        raise NoDraftError
    for each, version in drafts:
        db.session.execute(delete(QuestionVersion).filter_by(id=version.id))
        _note("exams.draft_discarded", each, actor, at or clock.now(), version=version.number)


def parts_of(question: Question) -> Sequence[Question]:
    """Return the questions of its case in the order of their codes, or the question alone."""
    if question.case is None:
        return [question]
    own = select(Question).filter_by(case=question.case)
    return db.session.scalars(own.order_by(Question.id)).all()


@transaction()
def revise(
    question: Question, version: QuestionVersion, asked: Asked, *, at: datetime
) -> QuestionVersion:
    """Give a question without a newer draft another version, published if the last one is.

    Args:
        question: one of the bank's own.
        version: its newest.
        asked: what the next one says.
        at: now.
    """
    is_published = question.published_id is not None
    fresh = _put(question, version, asked, at)
    if is_published:
        question.published_id = fresh.id
    return fresh


def _require_own(question: Question) -> None:
    """Refuse what the content files own; else let nobody else write it meanwhile."""
    if question.bank is None:
        raise OwnedByFilesError
    own = Question.case == question.case if question.case else Question.id == question.id
    locked = select(Question).where(own).order_by(Question.id).with_for_update()
    db.session.scalars(locked.execution_options(populate_existing=True)).all()


def _meta(copied: str) -> dict[str, str]:
    return {"title": "", "category": ""} | ({"copied": copied} if copied else {})


def _add(
    asked: Asked, home: Home, case: str | None, meta: Mapping[str, Any], at: datetime
) -> Question:
    code = _free_code(asked, home.bank)
    if case is not None:
        code = f"{case}-{asked.body['case']['part']}"
    question = Question(code=code, unit=home.unit, case=case, pool=home.pool, bank=home.bank)
    db.session.add(question)
    db.session.flush()
    db.session.add(_version(question, 1, asked, meta, at))
    db.session.flush()
    return question


def _version(
    question: Question, number: int, asked: Asked, meta: Mapping[str, Any], at: datetime
) -> QuestionVersion:
    return QuestionVersion(
        question_id=question.id,
        number=number,
        kind=asked.kind,
        points=asked.points,
        difficulty=asked.difficulty,
        tags=list(asked.tags),
        body=dict(asked.body),
        meta=dict(meta),
        digest=digest({"meta": dict(meta), "asked": asked.digest}),
        made_at=at,
    )


def _put(
    question: Question, version: QuestionVersion, asked: Asked, at: datetime
) -> QuestionVersion:
    """Change the draft, or begin one behind the published version."""
    number = version.number
    meta = version.meta
    if is_draft(version, question):
        fresh = _version(question, number, asked, meta, at)
        for name in ("points", "difficulty", "tags", "body", "digest", "made_at"):
            setattr(version, name, getattr(fresh, name))
    else:
        version = _version(question, number + 1, asked, meta, at)
        db.session.add(version)
    db.session.flush()
    return version


def _redraft(
    question: Question, change: Callable[[Mapping[str, Any]], Mapping[str, Any]], at: datetime
) -> None:
    version = newest(question)
    asked = Asked.of(version)
    changed = replace(asked, body=change(asked.body))
    if changed.digest != asked.digest:
        _put(question, version, changed, at)


def _free_code(asked: Asked, bank: str) -> str:
    """Return a code that no question has, as those of imports look."""
    taken = 0
    while True:
        whole = hashlib.sha256(f"{bank}\0{asked.digest}\0{taken}".encode()).hexdigest()
        code = f"Q-{whole[:_CODE].upper()}"
        known = select(func.count()).where((Question.code == code) | (Question.case == code))
        if not db.session.scalar(known):
            return code
        taken += 1


def _note(action: str, question: Question, actor: Person, at: datetime, **detail: object) -> None:
    told = {key: each for key, each in detail.items() if each}
    audit.note(action, kind="question", object_id=question.code, actor_id=actor.id, at=at, **told)

"""Versions of the questions that people write, row by row: for `drafts`, which decides what is done."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.core.db import db
from lms.core.text import digest
from lms.exams.authoring import entries
from lms.exams.authoring.checking import Asked
from lms.exams.models import Pool, Question, QuestionVersion

_CODE = 10
OUT = "out"
"""Of the case in a draft's body: the question leaves it when the draft is published."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a question belongs."""

    bank: str | None
    """None for a case that came with the content files."""
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


def parts_of(question: Question) -> Sequence[Question]:
    """Return the questions of its case in the order of their newest versions, or it alone.

    What the files have dropped from a case of theirs is retired, and no part of it any more.
    """
    if question.case is None:
        return [question]
    rows = db.session.scalars(select(Question).filter_by(case=question.case)).all()
    rows = [each for each in rows if each.pool is not Pool.RETIRED] or rows
    return sorted(rows, key=lambda each: _place(newest(each).body, each.id))


def _place(body: Mapping[str, Any], row_id: int) -> tuple[bool, int, int]:
    case = body.get("case") or {}
    return bool(case.get(OUT)), int(case.get("part") or 0), row_id


def is_out(version: QuestionVersion) -> bool:
    """Whether a draft says that its question leaves its case."""
    return bool((version.body.get("case") or {}).get(OUT))


def hold(question: Question) -> None:
    """Let nobody else write a question, or any of its case, before the transaction ends."""
    own = Question.case == question.case if question.case else Question.id == question.id
    locked = select(Question).where(own).order_by(Question.id).with_for_update()
    db.session.scalars(locked.execution_options(populate_existing=True)).all()


def add(
    asked: Asked, home: Home, case: str | None, meta: Mapping[str, Any], at: datetime
) -> Question:
    """Add a question with its first version, in the caller's transaction.

    Args:
        asked: what it asks; of a case, its body says which part it is.
        home: where it belongs.
        case: code of its case; None for none.
        meta: what is known of where it came from; in a case of the files, the entry of another
            of its questions.
        at: now.
    """
    code = free_code(asked, home.bank or "")
    if case is not None:
        code = _code_in(case, asked.body["case"]["part"], is_filed=home.bank is None)
    if home.bank is None:
        meta = entries.entry_of(asked, entries.seed(meta, code))
    question = Question(code=code, unit=home.unit, case=case, pool=home.pool, bank=home.bank)
    db.session.add(question)
    db.session.flush()
    db.session.add(_version(question, 1, asked, meta, at))
    db.session.flush()
    return question


def _code_in(case: str, part: int, *, is_filed: bool) -> str:
    """Return a code that no question has, and that no file gives to a part of its case."""
    while True:
        code = f"{case}-{'own-' if is_filed else ''}{part}"
        if not db.session.scalar(select(func.count()).where(Question.code == code)):
            return code
        part += 1


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


def put(
    question: Question, version: QuestionVersion, asked: Asked, at: datetime
) -> QuestionVersion:
    """Change the draft, or begin one behind the published version."""
    number = version.number
    meta = version.meta
    if question.bank is None:
        meta = entries.entry_of(asked, meta)
    if is_draft(version, question):
        fresh = _version(question, number, asked, meta, at)
        for name in ("points", "difficulty", "tags", "body", "meta", "digest", "made_at"):
            setattr(version, name, getattr(fresh, name))
    else:
        version = _version(question, number + 1, asked, meta, at)
        db.session.add(version)
    db.session.flush()
    return version


def redraft(
    question: Question, change: Callable[[Mapping[str, Any]], Mapping[str, Any]], at: datetime
) -> None:
    """Change the body of a question's draft, or begin one, if that changes anything."""
    version = newest(question)
    asked = Asked.of(version)
    changed = replace(asked, body=change(asked.body))
    if changed.digest != asked.digest:
        put(question, version, changed, at)


def free_code(asked: Asked, bank: str) -> str:
    """Return a code that no question has, as those of imports look."""
    taken = 0
    while True:
        whole = hashlib.sha256(f"{bank}\0{asked.digest}\0{taken}".encode()).hexdigest()
        code = f"Q-{whole[:_CODE].upper()}"
        known = select(func.count()).where((Question.code == code) | (Question.case == code))
        if not db.session.scalar(known):
            return code
        taken += 1

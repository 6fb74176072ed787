"""Questions of the bank written, changed, published. The only writer of what people write.

A question's newest version is its draft until it is published: it may be changed till then, and
nobody is shown it. A published version never changes. A question of the content files becomes the
site's own with its first draft: see `delivered`.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete

from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.exams.authoring import delivered, parts as case_parts
from lms.exams.authoring.checking import Asked
from lms.exams.authoring.versions import (
    Home,
    add,
    free_code,
    hold,
    is_draft,
    is_out,
    newest,
    parts_of,
    put,
    redraft,
)
from lms.exams.content.question_checks import FEWEST_PARTS, MOST_PARTS
from lms.exams.errors import (
    NewerDraftError,
    NoDraftError,
    PartCountError,
    UnchangedError,
)
from lms.exams.models import Question, QuestionVersion


def _meta(copied: str) -> dict[str, str]:
    return {"title": "", "category": ""} | ({"copied": copied} if copied else {})


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
    question = add(asked, home, None, _meta(copied), at)
    _note("exams.question_written", question, actor, at, bank=home.bank, sort=asked.kind.value,
          copied=copied)  # fmt: skip
    return question


@transaction()
def begin_case(asked: Asked, home: Home, *, actor: Person, at: datetime | None = None) -> Question:
    """Put the first question of a new case into a bank, as a draft; `asked` has the material."""
    at = at or clock.now()
    code = free_code(asked, home.bank or "")
    body = {**asked.body, "case": {**asked.body["case"], "code": code, "part": 1, "of": 1}}
    question = add(replace(asked, body=body), home, code, _meta(""), at)
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
        PartCountError: it has as many as a case may have.
    """
    at = at or clock.now()
    hold(first)
    delivered.keep_here(first, at)
    parts = case_parts.staying(parts_of(first))
    if len(parts) >= MOST_PARTS:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    count, stem = len(parts) + 1, asked.body["case"]["stem"]
    case = {"code": str(first.case), "part": count, "of": count, "stem": stem}
    home = Home(first.bank, first.unit, first.pool)
    body = {**asked.body, "case": case}
    meta = newest(first).meta if first.bank is None else _meta("")
    question = add(replace(asked, body=body), home, first.case, meta, at)
    question.figures, question.figures_read = first.figures, first.figures_read
    case_parts.number([*parts, question], at, stem=stem)
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
        question: of the bank; one of the content files' becomes the site's own.
        asked: what it is to ask.
        base: hash of the version that was edited, by `Asked.digest`.
        unit: code of its module, which applies at once; None to leave it.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NewerDraftError: somebody saved another draft meanwhile.
        UnchangedError: it asks what it asked before.
    """  # fmt: skip
    at = at or clock.now()
    hold(question)
    version = newest(question)
    before = Asked.of(version)
    if base != before.digest:
        raise NewerDraftError
    is_moved = unit is not None and unit != question.unit
    if before.digest == asked.digest and not is_moved:
        raise UnchangedError
    delivered.keep_here(question, at)
    if is_moved:
        for each in parts_of(question):
            each.unit = str(unit)
    if before.digest != asked.digest:
        version = put(question, version, asked, at)
        stem = (asked.body.get("case") or {}).get("stem")
        if stem != (before.body.get("case") or {}).get("stem"):
            for each in parts_of(question):
                redraft(each, lambda old: {**old, "case": {**old["case"], "stem": stem}}, at)
    _note("exams.question_edited", question, actor, at, version=version.number, unit=question.unit)
    return version


@transaction()
def publish(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Publish a question's draft; of a case, those of all its questions together.

    Papers that have an earlier version keep it. Questions that leave the case become ones of their
    own.

    Raises:
        NoDraftError: it has none.
        PartCountError: a case has too few questions.
    """
    at = at or clock.now()
    hold(question)
    parts = parts_of(question)
    if question.case and len(case_parts.staying(parts)) < FEWEST_PARTS:
        raise PartCountError(fewest=FEWEST_PARTS, most=MOST_PARTS)
    drafts = [(each, newest(each)) for each in parts]
    drafts = [(each, version) for each, version in drafts if is_draft(version, each)]
    if not drafts:
        raise NoDraftError
    for each, version in drafts:
        if is_out(version):
            case_parts.leave(each, version, at)
            _note("exams.question_left_case", each, actor, at, version=version.number)
        else:
            each.published_id = version.id
            _note("exams.question_published", each, actor, at, version=version.number)


@transaction()
def discard(question: Question, *, actor: Person, at: datetime | None = None) -> None:
    """Forget a draft; the published version stays as it is. Of a case, the drafts of all its questions.

    Raises:
        NoDraftError: it has none, or was never published: it can be retired then.
    """
    hold(question)
    parts = parts_of(question)
    drafts = [(each, newest(each)) for each in parts]
    drafts = [(each, version) for each, version in drafts if is_draft(version, each)]
    if not drafts or any(each.published_id is None for each in parts):
        raise NoDraftError
    for each, version in drafts:
        db.session.execute(delete(QuestionVersion).filter_by(id=version.id))
        _note("exams.draft_discarded", each, actor, at or clock.now(), version=version.number)
    if delivered.is_as_delivered(question):  # nothing of ours is left: the files count again
        delivered.go_back(question, actor=actor, at=at)


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
    fresh = put(question, version, asked, at)
    if is_published:
        question.published_id = fresh.id
    return fresh


def _note(action: str, question: Question, actor: Person, at: datetime, **detail: object) -> None:
    told = {key: each for key, each in detail.items() if each}
    audit.note(action, kind="question", object_id=question.code, actor_id=actor.id, at=at, **told)

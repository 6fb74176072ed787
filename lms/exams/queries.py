"""What exam pages and services look up.

Each query takes the actor and puts what they may see into WHERE: what is not there and what is
not theirs are one and the same 404, so nobody can find out which ids exist.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, undefer

from lms.accounts.models import Person
from lms.accounts.queries import Actor
from lms.core import clock
from lms.core.db import db
from lms.core.errors import found
from lms.core.kept import Kept
from lms.core.prepared import Prepared
from lms.courses import queries as courses
from lms.courses.models import Enrolment
from lms.courses.runs import Run
from lms.exams import body
from lms.exams.allowed import PUBLISHED, allowances
from lms.exams.models import (
    Attempt,
    Exam,
    ExamVersion,
    Marking,
    Question,
    QuestionVersion,
    Response,
    ResponseFile,
)
from lms.exams.paper_models import ExamTalk
from lms.exams.rules import marks, timing
from lms.exams.rules.allowances import Allowance
from lms.exams.rules.settings import ExamRules
from lms.web.i18n import today


@dataclass(frozen=True, slots=True)
class ExamSummary:
    """An exam as one person's run sees it."""

    code: str
    title: Mapping[str, str]
    questions: int
    minutes: int
    pass_percent: Decimal
    attempts_allowed: int
    attempts_used: int
    best_percent: Decimal | None
    is_passed: bool
    open_attempt_id: int | None
    last_attempt_id: int | None
    retake_opens_at: datetime | None
    is_waiting: bool
    """Whether an attempt is handed in and a person has yet to mark it."""
    needs_talk: bool
    """Whether a talk has to be recorded before the next attempt."""
    allowance: Allowance
    """By an accommodation: more time, and more attempts, which `attempts_allowed` has already."""
    rules: ExamRules
    """Of the version that is published now."""


def exam_or_404(code: str) -> Exam:
    """Return an exam that has a published version."""
    return found(db.session.scalar(_EXAM, {"code": code}))


_EXAM = (
    select(Exam)
    .where(Exam.code == bindparam("code"), Exam.published_id.is_not(None))
    .options(joinedload(Exam.published).lazyload(ExamVersion.exam))
)


def attempt_of(actor: Actor, attempt_id: int, *, with_layout: bool = False) -> Attempt:
    """Return one of the actor's own attempts; nobody sits an exam for someone else."""
    own = _OWN_WITH_LAYOUT if with_layout else _OWN
    return found(db.session.scalar(own, {"attempt": attempt_id, "person": actor.id}))


_OWN = select(Attempt).where(
    Attempt.id == bindparam("attempt"), Attempt.person_id == bindparam("person")
)
_OWN_WITH_LAYOUT = _OWN.options(undefer(Attempt.layout))


def open_attempt(actor: Actor, exam_id: int) -> Attempt | None:
    """Return the attempt that the actor has begun and not handed in."""
    return db.session.scalar(_BEGUN, {"person": actor.id, "exam": exam_id})


_BEGUN = select(Attempt).where(
    Attempt.person_id == bindparam("person"),
    Attempt.exam_id == bindparam("exam"),
    Attempt.submitted_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """An exam as one of its versions has it."""

    exam_id: int
    version_id: int
    number: int
    """Of the version."""
    rules: ExamRules


def edition(version_id: int) -> Edition:
    """Return what a version of an exam says; what this process has read before is not read again."""
    return _edition(_EDITION.row(version=version_id))


def published(code: str) -> Edition:
    """Return the published version of an exam; an exam without one is a 404."""
    return _edition(found(_PUBLISHED.row(code=code)))


def _edition(row: Any) -> Edition:
    return Edition(row.exam_id, row.id, row.number, rules_of(row.id, row.digest))


_COLUMNS = select(ExamVersion.exam_id, ExamVersion.id, ExamVersion.number, ExamVersion.digest)
_EDITION = Prepared(_COLUMNS.where(ExamVersion.id == bindparam("version")))
_PUBLISHED = Prepared(
    _COLUMNS.join(Exam, Exam.published_id == ExamVersion.id).where(Exam.code == bindparam("code"))
)
_SETTINGS = select(ExamVersion.settings).where(ExamVersion.id == bindparam("version"))
_rules: Kept[ExamRules] = Kept(200)
_TRIES = Prepared(
    select(Exam.code, Attempt.id, Attempt.submitted_at, Attempt.score, Attempt.passed)
    .join(Exam, Exam.id == Attempt.exam_id)
    .where(Attempt.enrolment_id == bindparam("run"), Attempt.person_id == bindparam("person"))
    .order_by(Attempt.number)
)


def exam_summaries(
    person: Actor, run: Enrolment | Run, *, at: datetime | None = None
) -> dict[str, ExamSummary]:
    """Return exam code -> summary for the exams of a run's stages; two statements, or three."""
    codes = [stage.exam for stage in courses.outline_of(run).stages if stage.exam]
    rows = PUBLISHED.rows(codes=codes, person=person.id)
    rules, allowed = _published_rules(rows), allowances(rows, day=today(at or clock.now()))
    sat = _TRIES.rows(run=run.id, person=person.id)
    tries = {code: [row for row in sat if row.code == code] for code in rules}
    asks = any(
        timing.needs_talk(_failed_at(tries[code]), (), each.talk_after)
        for code, each in rules.items()
    )
    talks = talks_of([run.id]) if asks else {}
    return {
        code: _summary(each, tries[code], talks.get((run.id, code), ()), allowed[code])
        for code, each in rules.items()
    }


def _published_rules(rows: Iterable[Any]) -> dict[str, ExamRules]:
    """Return exam code -> rules."""
    versions = {row.code: (row.id, row.digest) for row in rows}
    return {code: rules_of(*version) for code, version in versions.items()}


def rules_of(version_id: int, digest: str) -> ExamRules:
    """Return the rules of a version; what this process has read before is not read again."""
    known = _rules.peek((version_id, digest))
    if known is None:
        settings = found(db.session.scalar(_SETTINGS, {"version": version_id}))
        known = _rules.put((version_id, digest), ExamRules.read(settings))
    return known


def talks_of(enrolment_ids: Iterable[int]) -> dict[tuple[int, str], list[datetime]]:
    """Return run and exam code -> when talks about its failed attempts were recorded."""
    query = select(ExamTalk.enrolment_id, Exam.code, ExamTalk.recorded_at)
    query = query.join(Exam, Exam.id == ExamTalk.exam_id)
    found_talks: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
    for run, code, at in db.session.execute(query.where(ExamTalk.enrolment_id.in_(enrolment_ids))):
        found_talks[run, code].append(at)
    return found_talks


def _failed_at(tries: Iterable[Any]) -> list[datetime]:
    return [each.submitted_at for each in tries if each.passed is False]


def _summary(
    exam: ExamRules, tries: Sequence[Any], talks: Sequence[datetime], allowed: Allowance
) -> ExamSummary:
    scores = [each.score for each in tries if each.score is not None]
    failed_at = _failed_at(tries)
    still_open = next((each.id for each in tries if each.submitted_at is None), None)
    is_passed = any(each.passed for each in tries)
    return ExamSummary(
        code=exam.code,
        title=exam.title,
        questions=exam.questions,
        minutes=exam.minutes,
        pass_percent=exam.pass_percent,
        attempts_allowed=exam.attempts + allowed.extra_attempts,
        attempts_used=len(tries),
        best_percent=marks.percent(max(scores)) if scores else None,
        is_passed=is_passed,
        open_attempt_id=still_open,
        last_attempt_id=tries[-1].id if tries else None,
        retake_opens_at=None
        if is_passed
        else timing.retake_opens_at(failed_at, exam.cooldown_days),
        is_waiting=any(each.submitted_at and each.passed is None for each in tries),
        needs_talk=not is_passed and timing.needs_talk(failed_at, talks, exam.talk_after),
        allowance=allowed,
        rules=exam,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as an attempt pinned it."""

    version_id: int
    code: str
    unit: str
    number: int
    kind: Any
    tags: frozenset[str]
    """With the one that its flag `safety` stands for."""
    body: Mapping[str, Any]
    points: int
    """That it is worth by itself; on a paper it may be worth others, which the layout says."""


_SHOWN = Prepared(
    select(
        QuestionVersion.id,
        Question.code,
        Question.unit,
        QuestionVersion.number,
        QuestionVersion.kind,
        QuestionVersion.tags,
        QuestionVersion.digest,
        QuestionVersion.points,
    )
    .join(Question, Question.id == QuestionVersion.question_id)
    .where(QuestionVersion.id.in_(bindparam("ids", expanding=True)))
)
_BODIES = select(QuestionVersion.id, QuestionVersion.digest, QuestionVersion.body).where(
    QuestionVersion.id.in_(bindparam("ids", expanding=True))
)
_bodies: Kept[Mapping[str, Any]] = Kept(2000)
"""Some 5 kB each: what a version asks never changes."""


def questions(version_ids: Iterable[int]) -> dict[int, Shown]:
    """Return version id -> question, in one statement, or two, and without entities."""
    rows = _SHOWN.rows(ids=list(version_ids))
    bodies = _bodies_of((row.id, row.digest) for row in rows)
    return {
        row.id: Shown(
            version_id=row.id,
            code=row.code,
            unit=row.unit,
            number=row.number,
            kind=row.kind,
            tags=body.tags_of(row.tags, bodies[row.id]),
            body=bodies[row.id],
            points=row.points,
        )
        for row in rows
    }


def _bodies_of(versions: Iterable[tuple[int, str]]) -> dict[int, Mapping[str, Any]]:
    """Return version id -> what it asks; only what this process has not read yet is loaded."""
    keys = dict(versions)
    known = {each: _bodies.peek((each, digest)) for each, digest in keys.items()}
    missing = [each for each, found_body in known.items() if found_body is None]
    if missing:
        for row in db.session.execute(_BODIES, {"ids": missing}):
            known[row.id] = _bodies.put((row.id, row.digest), row.body)
    return {each: asked for each, asked in known.items() if asked is not None}


@dataclass(frozen=True, slots=True)
class Saved:
    """The latest answer in a slot."""

    slot: int
    seq: int
    answer: list[str]
    flagged: bool
    saved_at: datetime
    mark: Fraction | None


def responses(attempt: Attempt) -> dict[int, Saved]:
    """Return slot -> latest answer."""
    return {row.slot: Saved(*row) for row in _RESPONSES.rows(attempt=attempt.id)}


_RESPONSES = Prepared(
    select(
        Response.slot,
        Response.seq,
        Response.answer,
        Response.flagged,
        Response.saved_at,
        Response.mark,
    ).where(Response.attempt_id == bindparam("attempt"))
)


def files_of(attempt: Attempt, answers: Mapping[int, Saved]) -> dict[int, list[ResponseFile]]:
    """Return slot -> files that are handed in there, in the order of the answer."""
    query = select(ResponseFile).where(ResponseFile.attempt_id == attempt.id)
    rows = {(row.slot, str(row.id)): row for row in db.session.scalars(query)}
    named = {
        slot: [rows.get((slot, each)) for each in saved.answer] for slot, saved in answers.items()
    }
    return {slot: [each for each in found_here if each] for slot, found_here in named.items()}


def file_of(actor: Person, file_id: int) -> ResponseFile:
    """Return a file of one of the actor's own attempts."""
    query = select(ResponseFile).join(Attempt, Attempt.id == ResponseFile.attempt_id)
    own = query.where(ResponseFile.id == file_id, Attempt.person_id == actor.id)
    return found(db.session.scalar(own))


def markings(attempt: Attempt) -> dict[int, Marking]:
    """Return slot -> how a person marked it; the latest counts."""
    query = select(Marking).where(Marking.attempt_id == attempt.id).order_by(Marking.id)
    return {row.slot: row for row in db.session.scalars(query)}


def overdue(before: datetime) -> Sequence[int]:
    """Return ids of open attempts whose deadline was before an instant."""
    query = select(Attempt.id).where(Attempt.submitted_at.is_(None), Attempt.deadline_at < before)
    return db.session.scalars(query.order_by(Attempt.deadline_at).limit(500)).all()

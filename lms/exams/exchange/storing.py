"""Imported questions into the bank, and the bank's out of it. The only writer of imports."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select, true

from lms.core import audit
from lms.core.db import db, transaction
from lms.core.placeholders import LANGUAGES
from lms.core.text import digest
from lms.courses import queries as courses
from lms.exams.exchange import banked, banking, drawing, prose, shelf, texts
from lms.exams.exchange.banking import UnbankableError
from lms.exams.exchange.question import Question as Read, Sort
from lms.exams.exchange.report import Report, Severity
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.normal import normal_text

LONGEST_NAME = 80
_CODE = 10


@dataclass(frozen=True, slots=True)
class Order:
    """Where imported questions go."""

    bank: str
    pool: Pool = Pool.PRACTICE
    unit: str = ""
    """Code of the module that they belong to; empty for none."""
    is_draft: bool = False
    """Whether they stay drafts: never drawn until somebody publishes them."""


@transaction()
def store(
    report: Report,
    order: Order,
    *,
    actor_id: int | None,
    at: datetime,
    known: Mapping[str, str] | None = None,
) -> int:
    """Put the questions of a report into a bank; return how many went in.

    A question that the bank has already, by its normalised text and its pictures, does not go in
    twice. What does not go in, and what of it is not kept, is added to the report's problems.

    Args:
        report: the questions, and what is wrong with them; `put_pictures` has stored what they show.
        order: where they go.
        actor_id: who asked for it; None for the operator.
        at: now.
        known: what `known_in` says of the bank, for whoever stores part after part.
    """
    wrong = {each.where for each in report.problems if each.severity.value == "error"}
    known = known_in(order.bank) if known is None else known
    seen: dict[str, str] = {}
    stored = 0
    for question in report.questions:
        if question.where in wrong:
            continue
        mark = fingerprint(question)
        if mark in known:
            report.warning(question.where, "duplicate", known=known[mark])
        elif mark in seen:
            report.warning(question.where, "twice-in-file", first=seen[mark])
        elif question.sort is not Sort.DESCRIPTION:
            seen[mark] = question.where
            if _store(question, order, report, at):
                stored += 1
                _know_pictures(question, actor_id, at)
    audit.note("exams.questions_imported", kind="bank", object_id=0, actor_id=actor_id, at=at,
               bank=order.bank, stored=stored)  # fmt: skip
    return stored


def put_pictures(report: Report, known: Mapping[str, str]) -> None:
    """Store what the questions show that a bank would take, before and outside any transaction.

    Args:
        report: questions whose pictures were drawn anew (`drawing.settled`).
        known: what `known_in` says of the bank: what it has is not stored again.
    """
    wrong = {each.where for each in report.problems if each.severity is Severity.ERROR}
    wanted = [each for each in report.questions if each.pictures and each.where not in wrong
              and fingerprint(each) not in known]  # fmt: skip
    shelf.put(drawing.shown_in(wanted).values())


def _know_pictures(question: Read, actor_id: int | None, at: datetime) -> None:
    for each in question.pictures:
        digest, _dot, suffix = each.name.partition(".")
        shelf.know(digest, suffix, len(each.content), actor_id=actor_id, at=at)


def fingerprint(question: Read) -> str:
    """Return what two questions have in common that ask the same.

    That is stem and options, normalised, and the pictures in them: ten questions may well ask "What
    does this sign mean?" with the same answers.
    """
    options = sorted(_mark(each.text) for each in question.options)
    parts = [fingerprint(each) for each in question.parts]
    said = [_mark(question.stem), *options, *parts]
    said += [name for each in question.pairs for name in prose.names_in(each.text)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def _mark(text: str) -> str:
    return "\1".join([normal_text(texts.shown(text)), *prose.names_in(text)])


Entry = tuple[int | None, Read, dict[str, Any]]
"""Number within a case, question, and its body in the bank."""


def entries(question: Read) -> list[Entry]:
    """Return what a question is in the bank: one entry, or one for each part of a case.

    Raises:
        UnbankableError: the bank has no form for it.
    """
    if question.sort is Sort.CASE:
        return _case(question)
    return [(None, question, banking.body_of(question))]


def _store(question: Read, order: Order, report: Report, at: datetime) -> int:
    try:
        found = entries(question)
    except UnbankableError as error:
        report.error(question.where, error.code)
        return 0
    for code in banking.losses(question):
        report.warning(question.where, code)
    code = _code(order.bank, fingerprint(question))
    for part, one, body in found:
        own = code if part is None else f"{code}-{part}"
        if part is not None:
            body["case"]["code"] = code
        _add(own, None if part is None else code, one, shelf.for_bank(body), order, at)
    return 1


def _case(question: Read) -> list[Entry]:
    parts = banking.parts_of(question)
    stem = banking.both(question.stem)
    return [
        (number, part, banking.body_of(part)
         | {"case": {"code": "", "part": number, "of": len(parts), "stem": stem}})
        for number, part in enumerate(parts, start=1)
    ]  # fmt: skip


def _add(
    code: str, case: str | None, question: Read, body: dict[str, Any], order: Order, at: datetime
) -> None:
    owner = Question(code=code, unit=order.unit, case=case, pool=order.pool, bank=order.bank)
    db.session.add(owner)
    db.session.flush()
    meta = {"title": question.title, "category": question.category}
    if question.source:
        meta["source"] = question.source  # for whoever makes a native question of it
    version = QuestionVersion(
        question_id=owner.id,
        number=1,
        kind=banking.kind_of(question),
        points=banking.points_of(question),
        difficulty=question.difficulty or banking.USUAL_DIFFICULTY,
        tags=list(question.tags),
        body=body,
        meta=meta,
        digest=digest({"meta": meta, "body": body}),
        made_at=at,
    )
    db.session.add(version)
    db.session.flush()
    if not order.is_draft:
        owner.published_id = version.id
        db.session.flush()


def code_in(bank: str, question: Read) -> str:
    """Return the code that a question gets in a bank."""
    return _code(bank, fingerprint(question))


def _code(bank: str, mark: str) -> str:
    whole = hashlib.sha256(f"{bank}\0{mark}".encode()).hexdigest()
    return f"Q-{whole[:_CODE].upper()}"


def known_in(bank: str) -> dict[str, str]:
    """Return fingerprint -> code of what a bank has, drafts and retired ones too."""
    return {fingerprint(question): code for code, question in _read(_of_bank(bank), "zh")}


def known_anywhere() -> dict[str, str]:
    """Return fingerprint -> code and bank of whatever is asked already, in either language."""
    rows = db.session.execute(select(Question.code, Question.case, Question.bank, Question.unit))
    homes = {case or code: bank or unit for code, case, bank, unit in rows}
    return {
        fingerprint(question): f"{code} · {homes[code]}" if homes[code] else code
        for language in LANGUAGES
        for code, question in _read(true(), language)
    }


def exported(bank: str, language: str) -> list[Read]:
    """Return the questions of a bank as files have them: none, if there is no such bank.

    Their texts name pictures; `shelf.illustrated` adds these.

    Args:
        bank: the name that an import gave, or the code of a programme or of a module.
        language: ``zh`` or ``en``.
    """
    current = and_(_of_bank(bank), Question.pool != Pool.RETIRED)
    return [question for _code, question in _read(current, language)]


def _of_bank(bank: str) -> Any:
    named = Question.bank == bank
    own = Question.bank.is_(None)
    return or_(named, own & (Question.unit == bank), own & Question.unit.in_(_units(bank)))


def _units(code: str) -> list[str]:
    """Return the codes of a programme's modules; none, if it is no programme's code."""
    programme = courses.programme_with(code)
    if programme is None or programme.published is None:
        return []
    stages = programme.published.structure["stages"]
    return [str(unit["code"]) for stage in stages for unit in stage["modules"]]


def _read(where: Any, language: str) -> Iterator[tuple[str, Read]]:
    newest = QuestionVersion.number.desc()
    rows = db.session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(where)
        .order_by(Question.id, newest)
    )
    done: set[int] = set()
    cases: dict[str, list[tuple[Question, QuestionVersion]]] = {}
    order: list[tuple[str, list[tuple[Question, QuestionVersion]]]] = []
    for owner, version in rows:
        if owner.id in done or owner.published_id not in {None, version.id}:
            continue
        done.add(owner.id)
        if owner.case is None:
            order.append((owner.code, [(owner, version)]))
        elif owner.case in cases:
            cases[owner.case].append((owner, version))
        else:
            cases[owner.case] = [(owner, version)]
            order.append((owner.case, cases[owner.case]))
    for code, versions in order:
        yield code, _joined(code, versions, language)


def _joined(code: str, versions: Sequence[tuple[Question, QuestionVersion]], language: str) -> Read:
    parts = [_one(owner, version, language) for owner, version in versions]
    if versions[0][0].case is None:
        return shelf.for_files(parts[0])
    stem = str(versions[0][1].body["case"]["stem"][language])
    bare = tuple(replace(each, title="", category="", tags=()) for each in parts)
    points = sum((each.points for each in parts), Decimal(0))
    return shelf.for_files(
        Read(Sort.CASE, stem, title=code, parts=bare, points=points, tags=parts[0].tags,
             category=versions[0][0].unit)
    )  # fmt: skip


def _one(owner: Question, version: QuestionVersion, language: str) -> Read:
    question = banked.question_of(version.kind, version.body, language)
    return replace(
        question,
        title=str(version.meta.get("title") or owner.code),
        points=Decimal(version.points),
        tags=tuple(version.tags),
        category=str(version.meta.get("category") or owner.unit),
        difficulty=version.difficulty,
    )

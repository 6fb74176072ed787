"""What waits to be marked by a person, and what a marker sees of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core.db import db
from lms.core.errors import found
from lms.exams import queries
from lms.exams.bank import ROLES
from lms.exams.models import Attempt, MarkingClaim, MarkingSnippet, Response, ResponseFile
from lms.exams.rules.kinds import Kind
from lms.exams.rules.normal import count_words

Bilingual = Mapping[str, str]
MOST = 1000
"""Answers that are looked at together, those that wait longest first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One answer that waits."""

    attempt_id: int
    slot: int
    version_id: int
    since: datetime
    code: str
    stem: Bilingual
    exam: Bilingual
    person: str
    claimed_by: str
    """Who has it open just now; empty if nobody else."""


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing to look for."""

    key: str
    text: Bilingual
    points: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a marker needs for one answer."""

    attempt_id: int
    slot: int
    kind: Kind
    code: str
    version: int
    points: int
    """That the question is worth by itself: what its rubric adds up to."""
    worth: int
    """In this exam."""
    stem: Bilingual
    case: Mapping[str, Any]
    explanation: Bilingual
    answer: Sequence[str]
    words: int
    length: Mapping[str, int]
    files: Sequence[ResponseFile]
    rubric: Sequence[RubricLine]
    person: str
    exam: Bilingual


def waiting(actor: Person, *, at: datetime) -> list[Waiting]:
    """Return the answers in the actor's scope that wait, longest first; four statements.

    Those about which a regrade has ruled wait for nobody.
    """
    query = (
        select(
            Attempt.id,
            Response.slot,
            Attempt.layout,
            Attempt.submitted_at,
            Person.name,
            Attempt.regraded,
        )
        .join(Response, Response.attempt_id == Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.score.is_(None), Attempt.submitted_at.is_not(None))
        .where(Response.mark.is_(None), Attempt.person_id != actor.id)
        .where(visible_to(actor, roles=ROLES))
        .order_by(Attempt.submitted_at, Attempt.id, Response.slot)
        .limit(MOST)
    )
    rows = [
        row[:5] for row in db.session.execute(query) if str(row.slot) not in (row.regraded or ())
    ]
    shown = queries.questions({layout[slot - 1][0] for _id, slot, layout, _at, _name in rows})
    exams = _exam_titles({row[0] for row in rows})
    claims = _claims(actor, at)
    found_rows = []
    for attempt_id, slot, layout, since, name in rows:
        question = shown[layout[slot - 1][0]]
        found_rows.append(
            Waiting(
                attempt_id=attempt_id,
                slot=slot,
                version_id=question.version_id,
                since=since,
                code=question.code,
                stem=question.body["stem"],
                exam=exams[attempt_id],
                person=name,
                claimed_by=claims.get((attempt_id, slot), ""),
            )
        )
    return found_rows


def by_question(rows: Sequence[Waiting]) -> list[list[Waiting]]:
    """Return the answers of each question together, most first."""
    groups: defaultdict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        groups[row.version_id].append(row)
    return sorted(groups.values(), key=lambda each: (-len(each), each[0].code))


def by_paper(rows: Sequence[Waiting]) -> list[list[Waiting]]:
    """Return the answers of each attempt together, longest waiting first."""
    groups: defaultdict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        groups[row.attempt_id].append(row)
    return list(groups.values())


def next_one(
    rows: Sequence[Waiting], attempt_id: int, slot: int, *, version_id: int, is_by_paper: bool
) -> Waiting | None:
    """Return what to mark after an answer: of the same paper or question first, then any."""
    left = [
        each
        for each in rows
        if not each.claimed_by and (each.attempt_id, each.slot) != (attempt_id, slot)
    ]
    same = (
        each
        for each in left
        if (each.attempt_id == attempt_id if is_by_paper else each.version_id == version_id)
    )
    return next(same, left[0] if left else None)


def sheet(actor: Person, attempt_id: int, slot: int) -> Sheet:
    """Return an answer of someone in the actor's scope that was handed in; four statements."""
    query = select(Attempt, Attempt.layout, Person.name).join(
        Person, Person.id == Attempt.person_id
    )
    query = query.where(Attempt.id == attempt_id, Attempt.submitted_at.is_not(None))
    query = query.where(visible_to(actor, roles=ROLES), Attempt.person_id != actor.id)
    attempt, layout, name = found(db.session.execute(query).one_or_none())
    place = found(layout[slot - 1] if 1 <= slot <= len(layout) else None)
    question = queries.questions([place[0]])[place[0]]
    kind = Kind(question.kind)
    rubric = found(question.body.get("rubric"))
    answers = queries.responses(attempt)
    answer = answers[slot].answer if slot in answers else []
    return Sheet(
        attempt_id=attempt_id,
        slot=slot,
        kind=kind,
        code=question.code,
        version=question.number,
        points=question.points,
        worth=place[2],
        stem=question.body["stem"],
        case=question.body.get("case") or {},
        explanation=question.body["explanation"],
        answer=answer,
        words=count_words(" ".join(answer)) if kind is Kind.ESSAY else 0,
        length=question.body.get("words") or {},
        files=queries.files_of(attempt, answers).get(slot, []) if kind is Kind.UPLOAD else [],
        rubric=[RubricLine(each["key"], each["text"], each["points"]) for each in rubric],
        person=name,
        exam=attempt.version.settings["title"],
    )


def file_to_mark(actor: Person, file_id: int) -> ResponseFile:
    """Return a file that someone in the actor's scope handed in."""
    query = select(ResponseFile).join(Attempt, Attempt.id == ResponseFile.attempt_id)
    query = query.join(Person, Person.id == Attempt.person_id)
    query = query.where(ResponseFile.id == file_id, Attempt.submitted_at.is_not(None))
    return found(db.session.scalar(query.where(visible_to(actor, roles=ROLES))))


def snippets(actor: Person) -> Sequence[MarkingSnippet]:
    """Return the comments that the actor keeps."""
    own = select(MarkingSnippet).filter_by(person_id=actor.id).order_by(MarkingSnippet.text)
    return db.session.scalars(own).all()


def version_of(rows: Sequence[Waiting], attempt_id: int, slot: int) -> int:
    """Return which version of which question an answer is to; 0 if it does not wait."""
    here = (each.version_id for each in rows if (each.attempt_id, each.slot) == (attempt_id, slot))
    return next(here, 0)


def _claims(actor: Person, at: datetime) -> dict[tuple[int, int], str]:
    query = select(MarkingClaim).where(MarkingClaim.until > at, MarkingClaim.person_id != actor.id)
    return {(row.attempt_id, row.slot): row.person.name for row in db.session.scalars(query)}


def _exam_titles(attempt_ids: set[int]) -> dict[int, Bilingual]:
    rows = db.session.scalars(select(Attempt).where(Attempt.id.in_(attempt_ids)))
    return {row.id: row.version.settings["title"] for row in rows}

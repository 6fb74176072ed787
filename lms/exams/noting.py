"""Noting what happens around a sitting, and reading it. Nothing is ever concluded from it here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_to
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.exams import queries
from lms.exams.bank import ROLES
from lms.exams.errors import AttemptClosedError, TakenOverError
from lms.exams.facts_models import FactKind, SittingFact
from lms.exams.models import Attempt, ExamVersion

MOST_AT_ONCE = 100
MOST_ROWS = 500
"""Of one attempt: what a page says beyond that tells nobody more."""
LATELY, MOST_LISTED = timedelta(days=14), 100
FROM_PAGES = (FactKind.LEFT, FactKind.PASTED)


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt of somebody, and what happened around it."""

    attempt: Attempt
    facts: Sequence[SittingFact]


@transaction()
def note(
    attempt_id: int,
    counts: Mapping[FactKind, int],
    *,
    client: str,
    actor: Person,
    at: datetime | None = None,
) -> None:
    """Note what a page says has happened since it last said so.

    Args:
        attempt_id: one of the actor's own.
        counts: how often what happened; more than `MOST_AT_ONCE` counts as that, 0 is not noted.
        client: token of the page.
        actor: the trainee.
        at: the instant of arrival.

    Raises:
        NotFoundError: it is someone else's, or does not exist.
        AttemptClosedError: it was handed in.
        TakenOverError: another page goes on with it.
    """
    attempt = queries.attempt_of(actor, attempt_id)
    if not attempt.is_open:
        raise AttemptClosedError
    if attempt.client != client:
        raise TakenOverError
    rows = select(func.count()).where(SittingFact.attempt_id == attempt.id)
    if (db.session.scalar(rows) or 0) >= MOST_ROWS:
        return
    for kind in FROM_PAGES:
        add(attempt, kind, min(counts.get(kind, 0), MOST_AT_ONCE), at=at or clock.now())


def add(attempt: Attempt, kind: FactKind, count: int, *, at: datetime) -> None:
    """Add a fact inside a transaction; none for less than one."""
    if count >= 1:
        row = SittingFact(attempt_id=attempt.id, kind=kind, count=count, noted_at=at)
        db.session.add(row)


def facts_of(attempt_id: int) -> Sequence[SittingFact]:
    """Return what happened around an attempt, in order."""
    query = select(SittingFact).where(SittingFact.attempt_id == attempt_id)
    return db.session.scalars(query.order_by(SittingFact.id)).all()


def counted(facts: Sequence[SittingFact]) -> dict[FactKind, int]:
    """Return how often each kind of thing happened."""
    return {each: sum(fact.count for fact in facts if fact.kind is each) for each in FactKind}


def sat_or_404(actor: Person, attempt_id: int) -> Sat:
    """Return an attempt in the actor's scope with its facts; nobody looks at their own here."""
    query = select(Attempt).join(Person, Person.id == Attempt.person_id)
    query = query.where(Attempt.id == attempt_id, Person.id != actor.id)
    attempt = found(db.session.scalar(query.where(visible_to(actor, roles=ROLES))))
    return Sat(attempt, facts_of(attempt.id))


@dataclass(frozen=True, slots=True)
class Noted:
    """An attempt that was handed in, around which something happened."""

    attempt_id: int
    name: str
    title: Mapping[str, str]
    submitted_at: datetime
    counts: Mapping[FactKind, int]


def lately(actor: Person, *, at: datetime) -> list[Noted]:
    """Return the attempts of two weeks, in the actor's scope, with facts; the latest first.

    One statement; `MOST_LISTED` at most.
    """
    sums: list[Any] = [
        func.coalesce(func.sum(case((SittingFact.kind == each, SittingFact.count))), 0)
        for each in FactKind
    ]
    handed_in = (
        select(
            Attempt.id, Person.name, ExamVersion.id.label("version"), Attempt.submitted_at, *sums
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(ExamVersion, ExamVersion.id == Attempt.version_id)
        .join(SittingFact, SittingFact.attempt_id == Attempt.id)
        .where(
            Attempt.submitted_at > at - LATELY,
            Person.id != actor.id,
            visible_to(actor, roles=ROLES),
        )
        .group_by(Attempt.id, Person.name, ExamVersion.id, Attempt.submitted_at)
        .order_by(Attempt.submitted_at.desc(), Attempt.id)
        .limit(MOST_LISTED)
        .subquery()
    )
    query = select(handed_in, ExamVersion.settings).join(
        ExamVersion, ExamVersion.id == handed_in.c.version
    )
    rows = db.session.execute(query.order_by(handed_in.c.submitted_at.desc(), handed_in.c.id))
    return [
        Noted(number, name, settings["title"], at, dict(zip(FactKind, happened, strict=True)))
        for number, name, _version, at, *happened, settings in rows
    ]

"""Accommodations: more time and attempts, granted to a person or to a unit, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import joinedload

from lms.accounts.models import OrgUnit, Person
from lms.accounts.queries import units_in_scope, visible_to
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.exams.bank import ROLES
from lms.exams.errors import (
    GrantDaysError,
    GrantOutOfRangeError,
    GrantsNothingError,
    OverlappingGrantError,
)
from lms.exams.models import Exam
from lms.exams.paper_models import Accommodation
from lms.exams.rules.allowances import MOST_ATTEMPTS, MOST_PERCENT, Allowance, overlap


@dataclass(frozen=True, slots=True)
class Grant:
    """What is to be granted, to whom, for how long."""

    allowance: Allowance
    from_on: date
    reason: str
    person: Person | None = None
    """One of person and unit."""
    unit: OrgUnit | None = None
    until_on: date | None = None
    exam: Exam | None = None
    """For which exam; None for all."""


@transaction()
def grant(wanted: Grant, *, actor: Person, at: datetime | None = None) -> Accommodation:
    """Grant an accommodation; attempts that begin from then on have it.

    Args:
        wanted: to a person or a unit in the actor's scope; nobody grants to themselves.
        actor: a trainer or an administrator.
        at: now.

    Raises:
        NotFoundError: the person or unit is not in the actor's scope.
        GrantsNothingError: it gives nothing.
        GrantOutOfRangeError: less than nothing, or absurdly much.
        GrantDaysError: it ends before it begins.
        OverlappingGrantError: there is one for the same exam that counts on one of its days.
    """
    at = at or clock.now()
    _require_sound(wanted)
    _require_in_scope(wanted, actor)
    _require_alone(wanted)
    given = wanted.allowance
    row = Accommodation(
        exam_id=wanted.exam.id if wanted.exam else None,
        person_id=wanted.person.id if wanted.person else None,
        unit_id=wanted.unit.id if wanted.unit else None,
        extra_percent=given.extra_percent,
        is_untimed=given.is_untimed,
        extra_attempts=given.extra_attempts,
        from_on=wanted.from_on,
        until_on=wanted.until_on,
        reason=wanted.reason,
        granted_by_id=actor.id,
        granted_at=at,
    )
    db.session.add(row)
    db.session.flush()
    _note("exams.accommodation_granted", row, actor, at)
    return row


@transaction()
def end(accommodation_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Take an accommodation back; attempts that have begun keep what they got.

    Raises:
        NotFoundError: there is none in the actor's scope that has not been ended.
    """
    at = at or clock.now()
    query = select(Accommodation).outerjoin(Accommodation.person)
    query = query.where(Accommodation.id == accommodation_id, Accommodation.ended_at.is_(None))
    row = found(db.session.scalar(query.where(_in_scope(actor), _not_own(actor))))
    row.ended_at = at
    _note("exams.accommodation_ended", row, actor, at)


def granted(actor: Person, exam_code: str = "") -> Sequence[tuple[Accommodation, Exam | None]]:
    """Return the accommodations in the actor's scope, latest first, with the exam of each.

    Args:
        actor: who looks.
        exam_code: only those that count for this exam; empty for all.
    """
    query = select(Accommodation, Exam).outerjoin(Exam, Exam.id == Accommodation.exam_id)
    query = query.outerjoin(Accommodation.person).where(_in_scope(actor))
    if exam_code:
        query = query.where(or_(Exam.code == exam_code, Accommodation.exam_id.is_(None)))
    query = query.options(joinedload(Accommodation.granted_by))
    rows = db.session.execute(query.order_by(Accommodation.id.desc()).limit(500))
    return [(row, exam) for row, exam in rows]


def _require_sound(wanted: Grant) -> None:
    given = wanted.allowance
    is_sound = (
        0 <= given.extra_percent <= MOST_PERCENT and 0 <= given.extra_attempts <= MOST_ATTEMPTS
    )
    if not is_sound:
        raise GrantOutOfRangeError(percent=MOST_PERCENT, attempts=MOST_ATTEMPTS)
    if given.is_nothing:
        raise GrantsNothingError
    if wanted.until_on is not None and wanted.until_on < wanted.from_on:
        raise GrantDaysError


def _require_in_scope(wanted: Grant, actor: Person) -> None:
    if wanted.unit is not None:
        scope = units_in_scope(actor, roles=ROLES)
        found(wanted.unit if scope is None or wanted.unit.id in scope else None)
        return
    person = found(wanted.person)
    seen = select(Person.id).where(
        Person.id == person.id, Person.id != actor.id, visible_to(actor, roles=ROLES)
    )
    found(db.session.scalar(seen))


def _require_alone(wanted: Grant) -> None:
    """Refuse a second one; whoever writes holds the person or unit, so that two cannot slip in."""
    if wanted.unit is not None:
        hold = select(OrgUnit.id).where(OrgUnit.id == wanted.unit.id)
        target = Accommodation.unit_id == wanted.unit.id
    else:
        person = found(wanted.person)
        hold = select(Person.id).where(Person.id == person.id)
        target = Accommodation.person_id == person.id
    db.session.execute(hold.with_for_update())
    same = select(Accommodation).where(
        target,
        Accommodation.ended_at.is_(None),
        Accommodation.exam_id == (wanted.exam.id if wanted.exam else None),
    )
    for each in db.session.scalars(same):
        if overlap(wanted.from_on, wanted.until_on, each.from_on, each.until_on):
            ends = "…" if each.until_on is None else each.until_on.isoformat()
            raise OverlappingGrantError(begins=each.from_on.isoformat(), ends=ends)


def _in_scope(actor: Person) -> ColumnElement[bool]:
    units = units_in_scope(actor, roles=ROLES)
    of_units = true() if units is None else Accommodation.unit_id.in_(units)
    return or_(
        and_(Accommodation.person_id.is_not(None), visible_to(actor, roles=ROLES)),
        and_(Accommodation.unit_id.is_not(None), of_units),
    )


def _not_own(actor: Person) -> ColumnElement[bool]:
    return or_(Accommodation.person_id.is_(None), Accommodation.person_id != actor.id)


def _note(action: str, row: Accommodation, actor: Person, at: datetime) -> None:
    audit.note(
        action, kind="accommodation", object_id=row.id, actor_id=actor.id, at=at,
        person=row.person_id, unit=row.unit_id, exam=row.exam_id, percent=row.extra_percent,
        untimed=row.is_untimed, attempts=row.extra_attempts, reason=row.reason,
        days=[row.from_on.isoformat(), row.until_on.isoformat() if row.until_on else None],
    )  # fmt: skip

"""What report pages and services look up.

Queries take the actor and put their scope into WHERE: a report on a unit outside it does not
exist. The rows that a report is computed from are in `rows`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import undefer

from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Role
from lms.core.db import db
from lms.core.errors import found
from lms.courses import queries as courses
from lms.courses.models import (
    Programme,
    ProgrammeVersion,
)
from lms.courses.rules import Outline, Stage
from lms.reports.errors import (
    PeriodTurnedError,
    UnknownProgrammeError,
    UnknownStageError,
    UnknownUnitError,
)
from lms.reports.models import ReportRun
from lms.reports.rules import Spec, Unit
from lms.web import i18n

READERS = frozenset({Role.HR, Role.ADMIN, Role.MANAGER, Role.TRAINER})
"""Who makes and reads reports on their scope."""
ADVISERS = frozenset({Role.HR, Role.ADMIN})
"""Who writes the recommendations."""


def runs(actor: Person) -> Select[*tuple[Any, ...]]:
    """Return id, title, instants and maker of the reports that the actor may read, latest first."""
    columns = (ReportRun.id, ReportRun.title, ReportRun.as_of, ReportRun.made_at, Person.name)
    query = select(*columns).join(Person, Person.id == ReportRun.requested_by_id)
    query = query.where(_is_seen_by(actor))
    return query.order_by(ReportRun.made_at.desc(), ReportRun.id.desc())


def run_for(actor: Person, run_id: int) -> tuple[ReportRun, str]:
    """Return a report that the actor may read, with its figures, and who asked for it."""
    query = (
        select(ReportRun, Person.name)
        .join(Person, Person.id == ReportRun.requested_by_id)
        .where(ReportRun.id == run_id, _is_seen_by(actor))
        .options(undefer(ReportRun.figures))
    )
    run, name = found(db.session.execute(query).one_or_none())
    return run, name


def _is_seen_by(actor: Person) -> ColumnElement[bool]:
    if sees_all(actor):
        return true()
    return ReportRun.unit_id.in_(select(OrgUnit.id).where(_in_scope(actor)))


def sees_all(actor: Person) -> bool:
    """Whether the actor's scope is the whole organisation."""
    return any(grant.unit_id is None for grant in actor.grants if grant.role in READERS)


def units_for(actor: Person) -> Sequence[OrgUnit]:
    """Return the units that the actor may report on, parents before their children."""
    query = select(OrgUnit).where(OrgUnit.closed_at.is_(None), _in_scope(actor))
    return db.session.scalars(query.order_by(OrgUnit.path)).all()


def _in_scope(actor: Person) -> ColumnElement[bool]:
    if sees_all(actor):
        return true()
    scopes = [grant.unit_id for grant in actor.grants if grant.role in READERS]
    return or_(OrgUnit.id.in_(()), *(OrgUnit.path.like(f"%/{each}/%") for each in scopes))


def programmes() -> Sequence[Outline]:
    """Return the published programmes."""
    query = select(ProgrammeVersion.structure).join(
        Programme, Programme.published_id == ProgrammeVersion.id
    )
    return [Outline.read(each) for each in db.session.scalars(query.order_by(Programme.code))]


@dataclass(frozen=True, slots=True)
class Selection:
    """A spec whose names were found, and the instants that it means."""

    spec: Spec
    programme_id: int
    outline: Outline
    stage: Stage | None
    unit: Unit | None
    start: datetime | None
    end: datetime
    """What happened from then on is not in the report: never later than when it is made."""

    @property
    def as_of(self) -> datetime:
        """The last instant that is in the report."""
        return self.end - timedelta(microseconds=1)

    @property
    def last_day(self) -> date:
        """The day as of which things are due, overdue or valid."""
        return i18n.today(self.as_of)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that are reported on."""
        return (self.stage,) if self.stage else self.outline.stages


def selection(spec: Spec, *, actor: Person | None, at: datetime) -> Selection:
    """Find what a spec names.

    Args:
        spec: what was asked for.
        actor: whose scope the unit must lie in; None for the operator, who sees everything.
        at: when the report is made: nothing later is in it.

    Raises:
        UnknownProgrammeError: there is none with this code.
        UnknownStageError: the programme has none with this code.
        UnknownUnitError: there is none with this code in the actor's scope.
        PeriodTurnedError: it ends before it begins.
    """
    programme = courses.programme_with(spec.programme)
    if programme is None or programme.published is None:
        raise UnknownProgrammeError(code=spec.programme)
    outline = Outline.read(programme.published.structure)
    stage = next((each for each in outline.stages if each.code == spec.stage), None)
    if spec.stage and stage is None:
        raise UnknownStageError(code=spec.stage)
    if spec.since and spec.until and spec.since > spec.until:
        raise PeriodTurnedError(since=spec.since, until=spec.until)
    ends = [at, *([_midnight(spec.until + timedelta(days=1))] if spec.until else [])]
    return Selection(
        spec=spec,
        programme_id=programme.id,
        outline=outline,
        stage=stage,
        unit=_unit(spec.unit, actor),
        start=_midnight(spec.since) if spec.since else None,
        end=min(ends),
    )


def _unit(code: str | None, actor: Person | None) -> Unit | None:
    if not code:
        if actor is not None and not sees_all(actor):
            raise UnknownUnitError(code="")
        return None
    query = select(OrgUnit.id, OrgUnit.path, OrgUnit.code, OrgUnit.name)
    query = query.where(OrgUnit.code == code)
    if actor is not None:
        query = query.where(_in_scope(actor))
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise UnknownUnitError(code=code)
    return Unit(*row)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=i18n.zone())


def all_units() -> list[Unit]:
    """Return all units, closed ones too, parents before their children."""
    query = select(OrgUnit.id, OrgUnit.path, OrgUnit.code, OrgUnit.name).order_by(OrgUnit.path)
    return [Unit(*row) for row in db.session.execute(query)]

"""Runs of programmes as pages and rules look at them: a few columns, and the structure they follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from lms.accounts.queries import Actor
from lms.core.errors import found
from lms.core.prepared import Prepared
from lms.courses.models import Enrolment, EnrolmentSource, Programme, ProgrammeVersion
from lms.courses.outlines import outline_with
from lms.courses.rules import Outline


@dataclass(frozen=True, slots=True)
class Run:
    """An enrolment as it is now. Whoever changes one, or refers to it, takes the row itself."""

    outline: Outline
    """The programme as it was when the run began."""
    id: int
    person_id: int
    programme_id: int
    cycle: int
    source: EnrolmentSource
    opened_at: datetime
    due_on: date | None
    completed_at: datetime | None
    programme_code: str


_COLUMNS = (
    select(
        ProgrammeVersion.id.label("version_id"),
        ProgrammeVersion.digest,
        Enrolment.id,
        Enrolment.person_id,
        Enrolment.programme_id,
        Enrolment.cycle,
        Enrolment.source,
        Enrolment.opened_at,
        Enrolment.due_on,
        Enrolment.completed_at,
        Programme.code,
    )
    .select_from(Enrolment)
    .join(Programme, Programme.id == Enrolment.programme_id)
    .join(ProgrammeVersion, ProgrammeVersion.id == Enrolment.version_id)
    .where(Enrolment.person_id == bindparam("person"))
    .order_by(Enrolment.opened_at.desc(), Enrolment.id.desc())
)
_RUNS = Prepared(_COLUMNS)
_RUN = Prepared(_COLUMNS.where(Enrolment.id == bindparam("run")))
_HELD = Prepared(
    # Whoever only refers to the run, as a fact does, waits not.
    _COLUMNS.where(Enrolment.id == bindparam("run")).with_for_update(key_share=True, of=Enrolment)
)


def runs_of(actor: Actor) -> Sequence[Run]:
    """Return a person's runs, latest first."""
    return [_run(row) for row in _RUNS.rows(person=actor.id)]


def run_of(actor: Actor, run_id: int) -> Run:
    """Return one of the actor's own runs."""
    return _run(found(_RUN.row(person=actor.id, run=run_id)))


def held(actor: Actor, run_id: int) -> Run:
    """Return one of the actor's own runs; another change of it waits until this one has ended.

    Of two lessons that are finished at once, neither transaction would see the other's, and
    nobody would notice that the stage is complete. SQLite has one writer anyway.
    """
    return _run(found(_HELD.row(person=actor.id, run=run_id)))


def _run(row: Any) -> Run:
    version_id, digest, *seen = row
    return Run(outline_with(version_id, digest), *seen)


def outline_of(run_id: int) -> Outline:
    """Return the structure that a run follows, of which no more is known than its number."""
    return outline_with(*_FOLLOWED.rows(run=run_id)[0])


_FOLLOWED = Prepared(
    select(ProgrammeVersion.id, ProgrammeVersion.digest)
    .join(Enrolment, Enrolment.version_id == ProgrammeVersion.id)
    .where(Enrolment.id == bindparam("run"))
)


def current_runs(actor: Actor) -> Sequence[Run]:
    """Return a person's latest run of each of their programmes, latest first."""
    runs: dict[int, Run] = {}
    for run in runs_of(actor):
        runs.setdefault(run.programme_id, run)
    return list(runs.values())


def run_with_lesson(actor: Actor, code: str) -> Run | None:
    """Return the actor's latest run of a programme that contains a lesson."""
    return next((run for run in runs_of(actor) if run.outline.place_of(code)), None)


def run_with_exam(actor: Actor, code: str) -> Run | None:
    """Return the actor's latest run of a programme of which an exam closes a stage."""
    return next((run for run in runs_of(actor) if run.outline.stage_of_exam(code)), None)

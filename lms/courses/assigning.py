"""Assigning a programme to many people at once: chosen ones, or a unit with all below it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from typing_extensions import override

from lms.accounts import policies, queries as accounts
from lms.accounts.importing.joining import Enroller, Runs, Wish
from lms.accounts.models import Person
from lms.accounts.policies import KEEPERS
from lms.accounts.rules import Role
from lms.core import clock, queue
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, found
from lms.core.queue import Job
from lms.courses import queries
from lms.courses.errors import AlreadyEnrolledError, NobodyChosenError
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.courses.services import enrol

RUNNING, NO_TRAINEE, LEFT = "running", "no-trainee", "left"
"""Why someone is skipped: a run is open, not a trainee, deactivated."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment came to."""

    enrolled: tuple[int, ...]
    """Ids of the people who begin a run."""
    skipped: tuple[tuple[int, str], ...]
    """Ids of the others, each with the reason."""


@transaction()
def assign(
    people_ids: Sequence[int],
    programme: Programme,
    *,
    actor: Person,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Assigned:
    """Let people begin a programme; whoever cannot is skipped, and named.

    Args:
        people_ids: whom, up to some thousand; those whom the actor does not see as HR are not
            there.
        programme: what they take.
        actor: HR or an administrator.
        due_on: last day on which completing it is in time.
        at: the instant. A run that the same actor made at it counts as enrolled: this may be the
            second try of a job.

    Raises:
        NotAllowedError: the actor assigns nothing.
        NotPublishedError: the programme has no published version.
    """
    if not policies.may_keep_people(actor):
        raise NotAllowedError
    at = at or clock.now()
    enrolled: list[int] = []
    skipped: list[tuple[int, str]] = []
    mine = accounts.visible_to(actor, roles=KEEPERS)
    chosen = select(Person).where(Person.id.in_(people_ids), mine).order_by(Person.name, Person.id)
    _version = programme.published  # held, or each enrolment would load its structure again
    for person in db.session.scalars(chosen).unique().all():
        reason = _enrol(person, programme, actor, due_on, at)
        if reason:
            skipped.append((person.id, reason))
        else:
            enrolled.append(person.id)
    return Assigned(tuple(enrolled), tuple(skipped))


def _enrol(
    person: Person, programme: Programme, actor: Person, due_on: date | None, at: datetime
) -> str:
    """Enrol one person; return why not, or nothing."""
    if not person.is_active:
        return LEFT
    if Role.TRAINEE not in person.roles:
        return NO_TRAINEE
    source = EnrolmentSource.ASSIGNED
    try:
        enrol(person, programme, source=source, actor=actor, due_on=due_on, at=at)
    except AlreadyEnrolledError:
        run = queries.latest_run(person, programme)
        is_ours = run is not None and (run.opened_at, run.assigned_by_id) == (at, actor.id)
        return "" if is_ours else RUNNING
    return ""


@transaction()
def assign_later(
    people_ids: Sequence[int],
    programme: Programme,
    *,
    actor: Person,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Job:
    """Have `assign` done by a job, a part at a time, so that nobody else's saving waits long.

    Raises:
        NotAllowedError: the actor assigns nothing.
        NobodyChosenError: `people_ids` is empty.
    """
    if not policies.may_keep_people(actor):
        raise NotAllowedError
    if not people_ids:
        raise NobodyChosenError
    at = at or clock.now()
    token = secrets.token_hex(16)
    return queue.enqueue(
        "courses.assign",
        key=job_key(token),
        run_at=at,
        owner_id=actor.id,
        token=token,
        people_ids=list(people_ids),
        programme_id=programme.id,
        actor_id=actor.id,
        due_on=due_on.isoformat() if due_on else None,
        at=at.isoformat(),
    )


def job_key(token: str) -> str:
    """Return the key of the job that an assignment's address names."""
    return f"courses.assign.{token}"


def in_unit(actor: Person, unit_id: int) -> Sequence[int]:
    """Return the active trainees of a unit and all below it whom the actor sees as HR, by name."""
    unit = accounts.unit_or_404(unit_id)
    inside = accounts.trainees(actor, roles=KEEPERS, below=unit)
    return db.session.scalars(inside).all()


class ImportEnroller(Enroller):
    """Enrols the people of an imported file, by the same rules as everyone else."""

    @override
    def codes(self) -> Sequence[str]:
        published = select(Programme.code).where(Programme.published_id.is_not(None))
        return db.session.scalars(published.order_by(Programme.code)).all()

    @override
    def runs(self, codes: Sequence[str]) -> Runs:
        columns = (Enrolment.person_id, Programme.code, Enrolment.due_on)
        query = select(*columns).join(Programme, Programme.id == Enrolment.programme_id)
        rows = db.session.execute(query.where(Programme.code.in_(codes)).order_by(Enrolment.cycle))
        return {(person_id, code): due_on for person_id, code, due_on in rows}

    @override
    def enrol(self, wishes: Sequence[Wish], *, actor: Person | None, at: datetime) -> int:
        programmes = {
            each.programme: found(queries.programme_with(each.programme)) for each in wishes
        }
        ids = [each.person_id for each in wishes]
        people = select(Person).where(Person.id.in_(ids))
        known = {each.id: each for each in db.session.scalars(people).unique()}
        _versions = [each.published for each in programmes.values()]  # held, as above
        count = 0
        for wish in wishes:
            try:
                enrol(known[wish.person_id], programmes[wish.programme], actor=actor,
                      source=EnrolmentSource.ASSIGNED, due_on=wish.due_on, at=at)  # fmt: skip
            except AlreadyEnrolledError:
                continue
            count += 1
        return count

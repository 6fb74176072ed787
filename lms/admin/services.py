"""What operator pages do across features. Each function is one transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from lms.accounts import keeping, people
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.admin import queries
from lms.core import audit, clock, queue
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.core.queue import Job, JobState
from lms.courses.models import EnrolmentSource
from lms.courses.services import enrol
from lms.notifications import queries as outbox


@transaction()
def take_in(
    details: Details,
    *,
    roles: Iterable[Role],
    programme_id: int | None,
    due_on: date | None,
    actor: Person,
    at: datetime | None = None,
) -> Person:
    """Add a person, invite them, and enrol a trainee: all of it, or nothing.

    Args:
        details: who they are.
        roles: for the whole organisation.
        programme_id: what a trainee is to take; None, or no trainee: nothing.
        due_on: last day on which completing it is in time.
        actor: HR or an administrator.
        at: now.

    Raises:
        TakenError: login, mail address or staff number is someone else's.
        NotYoursError: the unit is not the actor's.
    """
    roles = list(roles)
    person = people.add_person(details, actor=actor, roles=roles, at=at)
    people.invite(person, actor=actor, at=at)
    if programme_id is not None and Role.TRAINEE in roles:
        assign(person, programme_id, due_on=due_on, actor=actor, at=at)
    return person


@transaction()
def assign(
    person: Person,
    programme_id: int,
    *,
    due_on: date | None,
    actor: Person,
    at: datetime | None = None,
) -> None:
    """Begin a person's next run of a programme.

    Raises:
        NotFoundError: there is no such programme, or no such person for the actor.
        AlreadyEnrolledError: the run before is not completed.
    """
    keeping.require_keeper(actor, person)
    programme = queries.programme_or_404(programme_id)
    enrol(person, programme, source=EnrolmentSource.ASSIGNED, actor=actor, due_on=due_on, at=at)


@transaction()
def retry_job(job_id: int, *, actor: Person, at: datetime | None = None) -> None:
    """Let a job that was given up run again.

    Raises:
        NotFoundError: there is none, or it was not given up.
    """
    at = at or clock.now()
    job = found(db.session.get(Job, job_id))
    found(job.state is JobState.DEAD or None)
    queue.try_again(job.key, at=at)
    audit.note("admin.job_retried", kind="job", object_id=job_id, actor_id=actor.id, at=at,
               name=job.name)  # fmt: skip


@transaction()
def send_mails_again(*, actor: Person, at: datetime | None = None) -> int:
    """Try to send every mail that was not sent, such as after the mail server was away.

    Returns:
        How many are tried now; those that wait for their turn anyway are not counted.
    """
    at = at or clock.now()
    tried = [each for each in outbox.unsent_jobs() if queue.try_again(each, at=at)]
    audit.note("admin.mails_retried", kind="mail", object_id="*", actor_id=actor.id, at=at,
               count=len(tried))  # fmt: skip
    return len(tried)

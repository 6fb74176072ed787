"""What operator pages do across features. Each function is one transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from lms.accounts import keeping, people
from lms.accounts.models import Person
from lms.accounts.rules import Details, Role
from lms.admin import queries
from lms.core.db import transaction
from lms.courses.models import EnrolmentSource
from lms.courses.services import enrol


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

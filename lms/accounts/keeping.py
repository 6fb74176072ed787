"""Who may keep the list of people, as the services ask it: they go on, or are refused."""

from lms.accounts import policies, queries
from lms.accounts.errors import NotYoursError, ProtectedError
from lms.accounts.models import Person
from lms.accounts.policies import KEEPERS, Actor
from lms.core.errors import NotAllowedError, NotFoundError


def require_keeper(actor: Actor, person: Person | None = None) -> None:
    """Refuse whoever is not HR; and HR, if the person is not in its scope.

    Raises:
        NotAllowedError: the actor keeps no people.
        NotFoundError: this one is someone else's.
    """
    if not policies.may_keep_people(actor):
        raise NotAllowedError
    if actor is None or person is None or person.id == actor.id:
        return
    scope = queries.units_in_scope(actor, roles=KEEPERS)
    if scope is not None and person.unit_id not in scope:
        raise NotFoundError


def require_unit(actor: Actor, unit_id: int | None) -> None:
    """Refuse to put anyone where the actor would not see them.

    Raises:
        NotYoursError: the unit is not in the actor's scope; its `field` is ``unit_id``.
    """
    scope = None if actor is None else queries.units_in_scope(actor, roles=KEEPERS)
    if scope is not None and unit_id not in scope:
        raise NotYoursError(field="unit_id")


def require_say(actor: Actor, person: Person) -> None:
    """Refuse to decide how someone signs in who is more than a trainee.

    Raises:
        ProtectedError: only an administrator may.
    """
    require_keeper(actor, person)
    if not policies.may_let_in(actor, person):
        raise ProtectedError(name=person.name)

"""What roles allow in keeping the list of people. Each answers yes or no and changes nothing.

Which people the actor sees at all is decided before: by the queries.
"""

from lms.accounts.models import Person
from lms.accounts.rules import Role

Actor = Person | None
"""Who acts; None is the operator at the command line, who needs no role."""
KEEPERS = frozenset({Role.HR, Role.ADMIN})
"""Who adds and changes people in their scope."""
PLAIN = frozenset({Role.TRAINEE})
"""Roles that HR may give, and beyond which it has no say over how someone signs in."""


def is_admin(actor: Actor) -> bool:
    """Administrators and the operator may do everything."""
    return actor is None or Role.ADMIN in actor.roles


def may_keep_people(actor: Actor) -> bool:
    """HR may as well, in its scope."""
    return actor is None or bool(actor.roles & KEEPERS)


def may_give(actor: Actor, role: Role) -> bool:
    """HR makes trainees; every other role is the administrators' to give."""
    return is_admin(actor) or role in PLAIN


def may_let_in(actor: Actor, person: Person) -> bool:
    """Whether the actor decides if and how a person signs in.

    Not HR over people with more rights: a link of theirs would be a way to those rights.
    """
    return is_admin(actor) or person.roles <= PLAIN

"""What the state of a certificate allows. Each answers yes or no and changes nothing.

Who may act is decided before: by the permission table and by the queries. Only what is everybody's,
the kinds and the templates, asks here for how far somebody's role reaches.
"""

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.rules import State


def may_define(actor: Person) -> bool:
    """Whether somebody keeps certificates for the whole organisation.

    What a kind says, and what it is printed with, holds for everyone.
    """
    has_role = bool(actor.roles & queries.READERS)
    return has_role and accounts.units_in_scope(actor, roles=queries.READERS) is None


def may_revoke(state: State) -> bool:
    """Once, and after it has expired too: a past certificate can still be a wrong one."""
    return state is not State.REVOKED


def may_reissue(state: State) -> bool:
    """While nothing else took its place; an expired one too: it still proves what was."""
    return state not in {State.REVOKED, State.SUPERSEDED}

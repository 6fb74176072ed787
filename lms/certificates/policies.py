"""What the state of a certificate allows. Each answers yes or no and changes nothing.

Who may act is decided before: by the permission table and by the queries.
"""

from lms.certificates.rules import State


def may_revoke(state: State) -> bool:
    """Once, and after it has expired too: a past certificate can still be a wrong one."""
    return state is not State.REVOKED


def may_reissue(state: State) -> bool:
    """While nothing else took its place; an expired one too: it still proves what was."""
    return state not in {State.REVOKED, State.SUPERSEDED}
